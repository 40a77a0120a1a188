"""An end of rights is felt by every process within a second, a beginning at once."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio

from actors import Marketplace, Person
from plaza.entrypoints.api import create_app
from plaza.entrypoints.installation import rotate_keys
from plaza.settings import Settings
from plaza.web.standings import Notes
from writing.watching import watching

END_S_MAX = 1.0


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


@asynccontextmanager
async def another_process(marketplace: Marketplace) -> AsyncIterator[httpx.AsyncClient]:
    """Another API process on the same database."""
    app = create_app(marketplace.settings)
    async with app.lifespan():
        transport = httpx.ASGITransport(
            app=app,  # type: ignore[arg-type]  # httpx has scopes as plain mappings
            raise_app_exceptions=False,
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://plaza.test") as client:
            yield client


def bearer(person: Person) -> dict[str, str]:
    return {"authorization": person.client.headers["authorization"]}


async def until_refused(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], status: int
) -> float:
    """Seconds until the path is answered with that status."""
    began = time.monotonic()
    while (await client.get(path, headers=headers)).status_code != status:
        assert time.monotonic() - began < 2 * END_S_MAX
    return time.monotonic() - began


# fault 67
async def test_an_ended_session_ends_everywhere_within_a_second(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account = (await shopper.get("/v1/account")).json()["id"]
    async with another_process(marketplace) as elsewhere:
        assert (await elsewhere.get("/v1/account", headers=bearer(shopper))).status_code == 200

        end = "UPDATE identity.session SET revoked_at = now() WHERE account_id = $1"
        await database.execute(end, UUID(account))

        for client in (marketplace.anybody.client, elsewhere):
            took_s = await until_refused(client, "/v1/account", bearer(shopper), 401)
            assert took_s < END_S_MAX


async def test_a_member_who_was_removed_is_a_stranger_everywhere_within_a_second(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    path = f"{vendor.path}/products"
    async with another_process(marketplace) as elsewhere:
        assert (await elsewhere.get(path, headers=bearer(vendor))).status_code == 200

        await database.execute("DELETE FROM vendors.member WHERE vendor_id = $1", UUID(vendor.id))

        assert await until_refused(elsewhere, path, bearer(vendor), 404) < END_S_MAX


async def test_a_role_counts_at_once_in_a_process_that_knew_the_account_without_it(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, friend = await marketplace.an_applicant(), await marketplace.a_shopper()
    path = f"{vendor.path}/products"
    account = (await friend.get("/v1/account")).json()["id"]
    async with another_process(marketplace) as elsewhere:
        assert (await elsewhere.get(path, headers=bearer(friend))).status_code == 404

        join = "INSERT INTO vendors.member (vendor_id, account_id, role) VALUES ($1, $2, 'staff')"
        await database.execute(join, UUID(vendor.id), UUID(account))

        assert (await elsewhere.get(path, headers=bearer(friend))).status_code == 200


async def test_a_caller_who_is_known_costs_no_look_up(marketplace: Marketplace) -> None:
    vendor = await marketplace.an_applicant()
    path, accounts = f"{vendor.path}/products", marketplace.app.state.authenticator._accounts  # noqa: SLF001
    await accounts._changes.poll()  # noqa: SLF001  what has just changed was heard of
    await vendor.get(path)
    before = accounts.lookups

    answers = [await vendor.get(path) for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}
    assert accounts.lookups == before


async def test_a_new_key_is_known_everywhere_before_it_signs_and_the_old_one_goes_on_checking(
    fresh_marketplace: Marketplace,
) -> None:
    shopper = await fresh_marketplace.a_shopper()
    state = fresh_marketplace.app.state
    before = state.access_tokens.ring

    key_id = await rotate_keys(fresh_marketplace.settings, at_once=False)

    async def is_known() -> bool:
        return key_id in state.access_tokens.ring

    await fresh_marketplace.until(is_known, timeout_s=2)
    assert key_id not in before
    assert (await shopper.get("/v1/account")).status_code == 200
    published = (await fresh_marketplace.anybody.get("/.well-known/jwks.json")).json()["keys"]
    assert key_id in {key["kid"] for key in published}
    assert all("d" not in key for key in published)


async def test_a_key_that_somebody_may_have_is_worth_nothing_at_once(
    fresh_marketplace: Marketplace,
) -> None:
    shopper = await fresh_marketplace.a_shopper()
    key_id = await rotate_keys(fresh_marketplace.settings, at_once=True)

    took_s = await until_refused(
        fresh_marketplace.anybody.client, "/v1/account", bearer(shopper), 401
    )

    assert took_s < END_S_MAX
    assert shopper.email is not None
    anew = await fresh_marketplace.logged_in(shopper.email)
    assert (await anew.get("/v1/account")).status_code == 200
    assert key_id in fresh_marketplace.app.state.access_tokens.ring


async def test_what_was_done_is_answered_also_where_its_note_cannot_be_heard_of(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = await marketplace.a_shopper()

    async def away(_: int) -> Notes:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(marketplace.app.state.changes, "_ask", away)
        answer = await shopper.client.delete("/v1/sessions/current")

    assert answer.status_code == 200
    late_s = await until_refused(marketplace.anybody.client, "/v1/account", bearer(shopper), 401)
    assert late_s < END_S_MAX


async def test_a_key_that_was_about_to_end_ends_at_once_with_the_others(
    fresh_marketplace: Marketplace,
) -> None:
    shopper = await fresh_marketplace.a_shopper()
    await rotate_keys(fresh_marketplace.settings, at_once=False)
    last = await rotate_keys(fresh_marketplace.settings, at_once=True)

    took_s = await until_refused(
        fresh_marketplace.anybody.client, "/v1/account", bearer(shopper), 401
    )

    assert took_s < END_S_MAX
    published = (await fresh_marketplace.anybody.get("/.well-known/jwks.json")).json()["keys"]
    assert {key["kid"] for key in published} == {last}
