"""Rebuilding beside a marketplace at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import asyncpg

from actors import Marketplace, Vendor
from plaza.bootstrap import PROJECTIONS
from plaza.operations.rebuilds import Rebuilds
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from projecting.rebuilds import statuses_of

SOURCE = "SELECT source FROM projecting.build WHERE projection = 'product_page' AND build = 2"
EVENTS = "SELECT count(*) FROM outbox.event"
AT_LEAST = 3
"""So often the shopper looks in each state."""


class Shopper:
    """Looks at a product again and again while its vendor changes the price."""

    def __init__(self, marketplace: Marketplace, vendor: Vendor, product: dict[str, Any]) -> None:
        self._marketplace = marketplace
        self._vendor = vendor
        self._product = product
        self.looks = 0
        self.looking = asyncio.create_task(self.look_for_ever())

    async def look_for_ever(self) -> None:
        """Change the price and read it, by the token and, once that is known, without it."""
        offer_id = self._product["variants"][0]["offer_id"]
        for version in count(1):
            amount = 1_000 + version
            changed = await self._vendor.patch(
                f"{self._vendor.path}/offers/{offer_id}",
                {"price": {"amount_minor": amount, "currency": "GBP"}},
                version,
            )
            assert changed.status_code == 200, changed.text
            token = changed.headers["plaza-consistency"]
            await self._see(amount, {"plaza-consistency": token, "prefer": "wait=5"})
            self.looks += 1

    async def _see(self, amount: int, headers: dict[str, str]) -> None:
        anybody = self._marketplace.anybody
        page = await anybody.get(f"/v1/products/{self._product['slug']}", headers=headers)
        assert page.status_code == 200, page.text
        assert f'"amount_minor":{amount}' in page.text.replace(" ", "")
        listed = await anybody.get("/v1/products", headers=headers)
        assert listed.status_code == 200, listed.text
        assert f'"amount_minor":{amount}' in listed.text.replace(" ", "")


@asynccontextmanager
async def looking(marketplace: Marketplace) -> AsyncIterator[Shopper]:
    vendor = await marketplace.a_vendor()
    product = await vendor.lists_product()
    shopper = Shopper(marketplace, vendor, product)
    try:
        yield shopper
    finally:
        shopper.looking.cancel()
        await asyncio.wait([shopper.looking])


async def seen_more(shopper: Shopper) -> None:
    """Wait until the shopper has looked some times more."""
    goal = shopper.looks + AT_LEAST
    async with asyncio.timeout(20):
        while shopper.looks < goal:
            if shopper.looking.done():
                shopper.looking.result()
            await asyncio.sleep(0.01)


def unseen(_: int, __: int | None) -> None:
    """Nobody looks."""


async def test_nobody_who_reads_notices_a_rebuild_a_switch_or_a_way_back(
    fresh_marketplace: Marketplace, work: Rebuilds, connection: asyncpg.Connection
) -> None:
    # fault 42
    async with looking(fresh_marketplace) as shopper:
        await seen_more(shopper)
        for projection in (PRODUCT_PAGE, PRODUCT_LISTING):
            build = await work.begin(projection, switches=True)
            found = await work.fill(projection, build, unseen)
            assert found.total == 0
            assert await work.switch(projection) == 2
            await seen_more(shopper)
        assert await work.rollback(PRODUCT_PAGE) == 1
        await seen_more(shopper)
        assert await statuses_of(connection, PRODUCT_PAGE) == {1: "live", 2: "kept"}
        assert await work.retire(PRODUCT_PAGE, None) == [2]
        await seen_more(shopper)


async def test_what_copies_show_of_a_build_ends_with_it_although_nothing_happened(
    fresh_marketplace: Marketplace, work: Rebuilds, connection: asyncpg.Connection
) -> None:
    vendor = await fresh_marketplace.a_vendor()
    product = await vendor.lists_product(title="Rightly named")
    path = f"/v1/products/{product['slug']}"
    await fresh_marketplace.anybody.get(
        path, headers={"plaza-consistency": product["token"], "prefer": "wait=5"}
    )
    await connection.execute(
        "UPDATE read.product_page_v1_b1 SET document = replace(document, 'Rightly', 'Wrongly')"
    )
    await (await fresh_marketplace.operator()).get(path)

    build = await work.begin(PRODUCT_PAGE, switches=False)
    found = await work.fill(PRODUCT_PAGE, build, unseen)
    assert [difference.key.hex for difference in found.named] == [product["id"].replace("-", "")]
    await work.switch(PRODUCT_PAGE, accept_differences=True)

    async def is_right() -> bool:
        page = await fresh_marketplace.anybody.get(path)
        assert page.status_code == 200
        return "Rightly named" in page.text

    await fresh_marketplace.until(is_right, timeout_s=5)


async def test_what_is_asked_for_over_http_is_built_from_snapshots_and_switched_to_by_the_job(
    fresh_marketplace: Marketplace, work: Rebuilds, connection: asyncpg.Connection
) -> None:
    product = await (await fresh_marketplace.a_vendor()).lists_product()
    seen = {"plaza-consistency": product["token"]}
    path = f"/v1/products/{product['slug']}"
    before = await fresh_marketplace.anybody.get(path, headers=seen)
    operator = await fresh_marketplace.operator()

    asked = await operator.post(
        "/v1/operations/projections/product_page/rebuild", {"source": "snapshot"}
    )
    await work.finish(PROJECTIONS)

    assert asked.status_code == 202, asked.text
    assert await statuses_of(connection, PRODUCT_PAGE) == {1: "kept", 2: "live"}
    assert await connection.fetchval(SOURCE) == "snapshot"
    after = await fresh_marketplace.anybody.get(path, headers=seen)
    assert (before.status_code, after.json()) == (200, before.json())


async def test_a_rebuild_tells_nothing_anew(
    fresh_marketplace: Marketplace, work: Rebuilds, connection: asyncpg.Connection
) -> None:
    # fault 42
    vendor = await fresh_marketplace.a_vendor()
    await vendor.lists_product()
    closed = await vendor.post(f"{vendor.path}/close", {})
    assert closed.is_success, closed.text
    await fresh_marketplace.until(lambda: quiet(connection))
    told = await connection.fetchval(EVENTS)
    for projection in PROJECTIONS[:3]:
        build = await work.begin(projection, switches=True)
        await work.fill(projection, build, unseen)
        await work.switch(projection)
    await fresh_marketplace.until(lambda: quiet(connection))
    assert await connection.fetchval(EVENTS) == told


async def quiet(connection: asyncpg.Connection) -> bool:
    """Whether everything that follows has passed the whole log."""
    return bool(
        await connection.fetchval(
            "SELECT count(*) = 0 FROM projecting.build b WHERE status = 'live' AND "
            "(SELECT max(upto) FROM projecting.step s WHERE s.projection = b.projection AND "
            "s.build = b.build) < (SELECT count(*) FROM outbox.event)"
        )
    )
