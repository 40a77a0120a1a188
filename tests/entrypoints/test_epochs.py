"""A log that begins another epoch: nothing of the one before is taken along by what runs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from unittest.mock import AsyncMock

import asyncpg
import httpx
import pytest
import pytest_asyncio

from actors import Marketplace, Vendor
from conftest import ADMIN_URL
from plaza.entrypoints import epochs
from plaza.entrypoints.api import create_app
from plaza.entrypoints.epochs import Life, anew_each_epoch
from plaza.entrypoints.following import following
from plaza.operations.readiness import Readiness
from plaza.projecting.host import Host
from plaza.settings import Settings
from writing.watching import watching

BEGIN_ANOTHER = """
    INSERT INTO outbox.epoch (identity)
    SELECT identity FROM outbox.epoch ORDER BY number DESC LIMIT 1
"""


@asynccontextmanager
async def living(settings: Settings) -> AsyncIterator[Marketplace]:
    """API and projector as their processes run them; both ends in one task each."""
    app = create_app(settings)
    hosts: list[Host] = []

    async def follow(stack: AsyncExitStack) -> None:
        hosts.append(await stack.enter_async_context(following(settings)))

    async def open_all(stack: AsyncExitStack) -> None:
        await stack.enter_async_context(anew_each_epoch(settings, follow))
        await stack.enter_async_context(app.lifespan())

    life = Life(open_all)
    await life.begun()
    marketplace = Marketplace(settings, app, hosts[0])
    try:
        yield marketplace
    finally:
        for client in marketplace.clients:
            await client.aclose()
        await life.end()


@pytest_asyncio.fixture(loop_scope="session")
async def marketplace(fresh_settings: Settings) -> AsyncIterator[Marketplace]:
    async with living(fresh_settings) as opened:
        yield opened


def name_in(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.rpartition("@/")[2].partition("?")[0]


async def as_admin(*statements: str) -> None:
    connection = await asyncpg.connect(os.environ[ADMIN_URL])
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def page(marketplace: Marketplace, product: str, token: str | None = None) -> httpx.Response:
    headers = {"prefer": "wait=10"} | ({} if token is None else {"plaza-consistency": token})
    return await marketplace.anybody.get(f"/v1/products/{product}", headers=headers)


async def until_begun_anew(marketplace: Marketplace, readiness: Readiness) -> None:
    """Wait until everything is opened anew, and requests may be sent again."""

    async def opened() -> bool:
        return marketplace.app.state.readiness is not readiness

    await marketplace.until(opened, 20)
    await marketplace.until_ready()


async def renames(vendor: Vendor, product: str, title: str) -> str:
    held = (await vendor.get(f"{vendor.path}/products/{product}")).json()
    answer = await vendor.patch(
        f"{vendor.path}/products/{product}", {"title": title}, held["version"]
    )
    assert answer.status_code == 200, answer.text
    return str(answer.headers["plaza-consistency"])


# fault 16
async def test_a_new_epoch_is_noticed_without_a_restart(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    listed = await vendor.lists_product()
    assert (await page(marketplace, listed["id"], listed["token"])).status_code == 200
    app, readiness = marketplace.app, marketplace.app.state.readiness

    async with watching(marketplace.settings) as owner:
        await owner.execute(BEGIN_ANOTHER)
    await until_begun_anew(marketplace, readiness)

    assert app.state.readiness is not readiness
    assert "another epoch" in (await readiness.missing())[0]
    refused = await page(marketplace, listed["id"], listed["token"])
    assert refused.json()["code"] == "invalid_consistency_token"
    token = await renames(vendor, listed["id"], "Walnut chair")
    shown = await page(marketplace, listed["id"], token)
    assert (shown.status_code, shown.json()["title"]) == (200, "Walnut chair")


# faults 16 and 20
async def test_a_log_that_lost_its_end_takes_everything_that_was_made_of_it_along(
    fresh_settings: Settings,
) -> None:
    name = name_in(fresh_settings)
    async with living(fresh_settings) as before:
        vendor = await before.a_vendor()
        kept = await vendor.lists_product()
        assert (await page(before, kept["id"], kept["token"])).status_code == 200
        email = vendor.email
    await as_admin(f"CREATE DATABASE {name}_earlier OWNER plaza_owner TEMPLATE {name}")
    assert email is not None

    async with living(fresh_settings) as marketplace:
        same = await marketplace.logged_in(email)
        vendor = Vendor(same.client, email, id=vendor.id, slug=vendor.slug)
        lost = await vendor.lists_product(title="Lost chair")
        token = await renames(vendor, kept["id"], "Lost title")
        assert (await page(marketplace, lost["id"], lost["token"])).status_code == 200
        assert (await page(marketplace, kept["id"], token)).json()["title"] == "Lost title"

        readiness = marketplace.app.state.readiness
        # The primary is gone with its last transactions, and another one has taken its place.
        await as_admin(
            f"DROP DATABASE {name} WITH (FORCE)", f"ALTER DATABASE {name}_earlier RENAME TO {name}"
        )
        await until_begun_anew(marketplace, readiness)

        assert (await page(marketplace, kept["id"], token)).status_code == 400
        assert (await page(marketplace, lost["id"])).status_code == 404
        assert (await page(marketplace, kept["id"])).json()["title"] != "Lost title"
        # The ids and positions of what was lost are given to something else.
        again = Vendor(
            (await marketplace.logged_in(email)).client, email, id=vendor.id, slug=vendor.slug
        )
        found = await again.lists_product(title="Another chair")
        shown = await page(marketplace, found["id"], found["token"])
        assert (shown.status_code, shown.json()["title"]) == (200, "Another chair")
        assert (await page(marketplace, lost["id"])).status_code == 404


# fault 20
async def test_before_anything_is_noticed_a_token_is_not_held_against_what_is_remembered(
    fresh_marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing is looked at for longer than the test lasts, as if it had just been looked at.
    vendor = await fresh_marketplace.a_vendor()
    listed = await vendor.lists_product()
    path, patience = f"{vendor.path}/products/{listed['id']}", {"prefer": "wait=10"}
    assert (await vendor.get(path, headers=patience)).status_code == 200
    monkeypatch.setattr(epochs, "present_log", AsyncMock(return_value=None))
    async with watching(fresh_marketplace.settings) as owner:
        await owner.execute(BEGIN_ANOTHER)
    answer = await page(fresh_marketplace, listed["id"], listed["token"])
    assert answer.json()["code"] == "invalid_consistency_token"
    own = await vendor.get(path)
    assert own.status_code == 200
    assert own.headers["plaza-stale"] == "true"


async def test_what_is_open_is_closed_when_it_is_left(fresh_settings: Settings) -> None:
    told: list[str] = []
    opened = asyncio.Event()

    async def open_all(stack: AsyncExitStack) -> None:
        told.append("open")
        stack.callback(told.append, "closed")
        if len(told) > 1:
            opened.set()

    async with anew_each_epoch(fresh_settings, open_all, overlap_s=60):
        async with watching(fresh_settings) as owner:
            await owner.execute(BEGIN_ANOTHER)
        async with asyncio.timeout(10):
            await opened.wait()
        # Who is at it is not interrupted.
        assert told == ["open", "open"]
    assert told == ["open", "open", "closed", "closed"]
