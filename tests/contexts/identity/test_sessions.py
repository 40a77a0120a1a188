"""Sessions: kept going by tokens that are used once each."""

import asyncio
import hashlib

import asyncpg
import httpx

from actors import PASSWORD, Marketplace

REFRESH = "/v1/sessions/refresh"
TOKEN = """
    SELECT t.used_at, t.expires_at, s.revoked_at FROM identity.refresh_token t
    JOIN identity.session s ON s.id = t.session_id WHERE t.token_hash = $1
"""
EXPIRE = "UPDATE identity.refresh_token SET expires_at = now() WHERE token_hash = $1"


async def opened(marketplace: Marketplace) -> dict[str, str]:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD}
    answer = await marketplace.anybody.post("/v1/sessions", form)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    pair: dict[str, str] = answer.json()
    return pair


async def refreshed(marketplace: Marketplace, token: str) -> httpx.Response:
    return await marketplace.anybody.post(REFRESH, {"refresh_token": token})


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def test_a_refresh_token_is_exchanged_for_its_successor(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)

    second = await refreshed(marketplace, first["refresh_token"])
    third = await refreshed(marketplace, second.json()["refresh_token"])

    assert (second.status_code, third.status_code) == (201, 201)
    tokens = [first["refresh_token"], *(a.json()["refresh_token"] for a in (second, third))]
    assert len(set(tokens)) == 3
    assert (third.json()["token_type"], third.json()["expires_in"]) == ("Bearer", 600)
    used = [(await database.fetchrow(TOKEN, hash_of(t)) or {})["used_at"] for t in tokens]
    assert [moment is not None for moment in used] == [True, True, False]
    bearer = {"authorization": f"Bearer {third.json()['access_token']}"}
    own = await marketplace.anybody.get("/v1/account", headers=bearer)
    assert own.status_code == 200


async def test_a_token_used_twice_ends_its_session_for_whoever_holds_it(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)
    second = await refreshed(marketplace, first["refresh_token"])

    reused = await refreshed(marketplace, first["refresh_token"])
    successor = await refreshed(marketplace, second.json()["refresh_token"])

    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_token_reused")
    assert "refresh_token" not in reused.json()
    assert (successor.status_code, successor.json()["code"]) == (401, "invalid_refresh_token")
    row = await database.fetchrow(TOKEN, hash_of(second.json()["refresh_token"]))
    assert row is not None
    assert row["revoked_at"] is not None


async def test_another_session_of_the_account_goes_on(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD}
    one, another = [(await marketplace.anybody.post("/v1/sessions", form)).json() for _ in "12"]

    await refreshed(marketplace, one["refresh_token"])
    await refreshed(marketplace, one["refresh_token"])

    assert (await refreshed(marketplace, another["refresh_token"])).status_code == 201


async def test_of_one_token_used_at_once_there_is_one_successor_at_most(
    marketplace: Marketplace,
) -> None:
    first = await opened(marketplace)

    answers = await asyncio.gather(
        *(refreshed(marketplace, first["refresh_token"]) for _ in range(10))
    )

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201] + [401] * 9


async def test_a_token_that_is_unknown_or_expired_is_refused(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)
    await database.execute(EXPIRE, hash_of(first["refresh_token"]))

    answers = [
        await refreshed(marketplace, token) for token in (first["refresh_token"], "unknown", "")
    ]

    told = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert told == [(401, "invalid_refresh_token")] * 3


async def test_no_secret_is_stored_as_it_is(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)

    tokens = await database.fetch("SELECT t::text AS row FROM identity.refresh_token t")
    events = await database.fetch("SELECT e::text AS row FROM outbox.event e")

    assert not any(first["refresh_token"] in row["row"] for row in [*tokens, *events])
