"""Readers of a build that has just been switched to find copies of it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from actors import Marketplace, Vendor
from plaza.bootstrap import ASKED
from plaza.operations.rebuilds import Rebuilds, rebuilds
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from projecting.connecting import connecting

VIEW = re.compile(r"read\.product_(page|listing)_v\d+\b")
PRODUCTS = 8


@pytest_asyncio.fixture(loop_scope="session")
async def work(fresh_marketplace: Marketplace) -> AsyncIterator[Rebuilds]:
    async with rebuilds(fresh_marketplace.settings, ASKED) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def connection(fresh_marketplace: Marketplace) -> AsyncIterator[asyncpg.Connection]:
    async with connecting(fresh_marketplace.settings) as connect:
        yield await connect()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What PostgreSQL is asked of the two read models, from now on."""
    statements: list[str] = []
    execute = vars(asyncpg.Connection)["_do_execute"]

    async def executing(self: Any, query: str, *given: Any, **named: Any) -> Any:
        if VIEW.search(query):
            statements.append(query)
        return await execute(self, query, *given, **named)

    monkeypatch.setattr(asyncpg.Connection, "_do_execute", executing)
    return statements


class Storefront:
    """Pages that are looked at so often that Redis has copies of them."""

    def __init__(self, marketplace: Marketplace, vendor: Vendor, slugs: list[str]) -> None:
        self._marketplace = marketplace
        self.vendor = vendor
        self.paths = [*(f"/v1/products/{slug}" for slug in slugs), "/v1/products?limit=5"]

    async def look(self) -> list[str]:
        shown = []
        for path in self.paths:
            answer = await self._marketplace.anybody.get(path)
            assert answer.status_code == 200, answer.text
            shown.append(answer.text)
        return shown

    async def look_until_copied(self, asked: list[str]) -> None:
        async def is_copied() -> bool:
            # Answers in this process's memory are no copies.
            self._marketplace.app.state.near.drop_all()
            asked.clear()
            await self.look()
            return not asked

        await self._marketplace.until(is_copied)


@pytest_asyncio.fixture(loop_scope="session")
async def storefront(fresh_marketplace: Marketplace) -> Storefront:
    vendor = await fresh_marketplace.a_vendor()
    products = [await vendor.lists_product() for _ in range(PRODUCTS)]
    told = {"plaza-consistency": products[-1]["token"], "prefer": "wait=5"}
    for path in ("/v1/products", f"/v1/products/{products[-1]['slug']}"):
        answer = await fresh_marketplace.anybody.get(path, headers=told)
        assert answer.status_code == 200
    return Storefront(fresh_marketplace, vendor, [product["slug"] for product in products])


async def is_followed(connection: asyncpg.Connection, build: int) -> bool:
    """Whether who follows a build that is read has taken it over, and told so."""
    return bool(
        await connection.fetchval(
            "SELECT min(copied) >= 0 FROM (SELECT DISTINCT ON (projection) copied "
            "FROM projecting.step WHERE build = $1 AND projection = ANY ($2) "
            "ORDER BY projection, number DESC) last",
            build,
            [PRODUCT_PAGE.name, PRODUCT_LISTING.name],
        )
    )


async def test_after_a_switch_readers_find_copies_of_the_new_build(
    fresh_marketplace: Marketplace,
    storefront: Storefront,
    work: Rebuilds,
    connection: asyncpg.Connection,
    asked: list[str],
) -> None:
    # fault 86
    builds = {}
    for projection in (PRODUCT_PAGE, PRODUCT_LISTING):
        build = builds[projection.name] = await work.begin(projection, switches=False)
        await work.fill(projection, build, lambda _, __: None)
    await storefront.look_until_copied(asked)
    # So that it shows which build the copies are of.
    await connection.execute(
        f"UPDATE read.product_page_v1_b{builds[PRODUCT_PAGE.name]} "
        'SET document = replace(document, \'"title":"\', \'"title":"Anew: \')'
    )

    await work.switch(PRODUCT_PAGE)
    await work.switch(PRODUCT_LISTING)
    await fresh_marketplace.until(lambda: is_followed(connection, 2))
    fresh_marketplace.app.state.near.drop_all()
    asked.clear()
    pages = await storefront.look()

    assert asked == []
    assert all("Anew: " in page for page in pages[:PRODUCTS])


async def test_what_changed_since_its_copy_was_made_is_asked_again(
    fresh_marketplace: Marketplace,
    storefront: Storefront,
    work: Rebuilds,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
) -> None:
    # fault 86
    build = await work.begin(PRODUCT_PAGE, switches=False)
    await work.fill(PRODUCT_PAGE, build, lambda _, __: None)
    await storefront.look_until_copied(asked)
    make = work._warming.make  # noqa: SLF001  the moment between the copies and the switch

    async def and_then_a_product_comes(*given: Any) -> Any:
        warmed = await make(*given)
        closed = await storefront.vendor.post(f"{storefront.vendor.path}/close", {})
        assert closed.is_success, closed.text
        told = {"plaza-consistency": closed.headers["plaza-consistency"], "prefer": "wait=5"}
        await fresh_marketplace.anybody.get(storefront.paths[0], headers=told)
        return warmed

    monkeypatch.setattr(work._warming, "make", and_then_a_product_comes)  # noqa: SLF001
    await work.switch(PRODUCT_PAGE)

    fresh_marketplace.app.state.near.drop_all()
    for path in storefront.paths[:PRODUCTS]:
        answer = await fresh_marketplace.anybody.get(path)
        assert answer.status_code == 404, answer.text
