"""Sessions: kept going by tokens that are used once each."""

import asyncio
import hashlib
import json
from datetime import timedelta

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace
from contexts.identity.links import account_id_of
from plaza.contexts.identity.commands.log_in import LogIn, WrongCredentials, log_in
from plaza.contexts.identity.session import Successors
from plaza.writing.runner import CommandRunner
from writing.running import a_context, done

REFRESH = "/v1/sessions/refresh"
TOKEN = """
    SELECT t.used_at, t.expires_at, s.revoked_at FROM identity.refresh_token t
    JOIN identity.session s ON s.id = t.session_id WHERE t.token_hash = $1
"""
EXPIRE = "UPDATE identity.refresh_token SET expires_at = now() WHERE token_hash = $1"
# As if it had been used so long ago.
USED_BEFORE = """
    UPDATE identity.refresh_token SET used_at = used_at - $2::interval WHERE token_hash = $1
"""
SESSION = """
    SELECT s.* FROM identity.session s JOIN identity.refresh_token t ON t.session_id = s.id
    WHERE t.token_hash = $1
"""
REVOKED = """
    SELECT payload FROM outbox.event
    WHERE type = 'identity.session_revoked.v1' AND aggregate_id = $1 ORDER BY id
"""


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


async def used_before(database: asyncpg.Connection, token: str, seconds: float) -> None:
    await database.execute(USED_BEFORE, hash_of(token), timedelta(seconds=seconds))


async def is_used(database: asyncpg.Connection, token: str) -> bool:
    row = await database.fetchrow(TOKEN, hash_of(token))
    assert row is not None
    return row["used_at"] is not None


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
    assert [await is_used(database, token) for token in tokens] == [True, True, False]
    bearer = {"authorization": f"Bearer {third.json()['access_token']}"}
    own = await marketplace.anybody.get("/v1/account", headers=bearer)
    assert own.status_code == 200


# fault 67
async def test_a_token_used_again_later_ends_its_session_for_whoever_holds_it(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)
    second = await refreshed(marketplace, first["refresh_token"])
    await used_before(database, first["refresh_token"], 11)

    reused = await refreshed(marketplace, first["refresh_token"])
    successor = await refreshed(marketplace, second.json()["refresh_token"])
    again = await refreshed(marketplace, first["refresh_token"])

    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_token_reused")
    assert "refresh_token" not in reused.json()
    for answer in (successor, again):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_refresh_token")
    session = await database.fetchrow(SESSION, hash_of(first["refresh_token"]))
    assert session is not None
    assert session["revoked_at"] is not None
    (fact,) = await database.fetch(REVOKED, session["id"])
    told = json.loads(fact["payload"])
    assert told["account_id"] == str(session["account_id"])
    assert (told["session_id"], told["reason"]) == (str(session["id"]), "token_reused")


# fault 67
async def test_a_token_whose_successor_was_used_is_not_repeated_even_at_once(
    marketplace: Marketplace,
) -> None:
    first = await opened(marketplace)
    second = await refreshed(marketplace, first["refresh_token"])
    third = await refreshed(marketplace, second.json()["refresh_token"])

    reused = await refreshed(marketplace, first["refresh_token"])

    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_token_reused")
    ended = await refreshed(marketplace, third.json()["refresh_token"])
    assert (ended.status_code, ended.json()["code"]) == (401, "invalid_refresh_token")


# fault 68
async def test_a_token_that_two_tabs_use_at_once_has_one_successor(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)

    answers = await asyncio.gather(
        *(refreshed(marketplace, first["refresh_token"]) for _ in range(20))
    )

    assert [answer.status_code for answer in answers] == [201] * 20
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    assert successor != first["refresh_token"]
    session = await database.fetchrow(SESSION, hash_of(successor))
    assert session is not None
    held = "SELECT count(*) FROM identity.refresh_token WHERE session_id = $1"
    assert await database.fetchval(held, session["id"]) == 2
    assert (await refreshed(marketplace, successor)).status_code == 201


# fault 68
@pytest.mark.parametrize(("seconds", "status"), [(9, 201), (11, 401)])
async def test_the_window_for_a_lost_answer_is_ten_seconds(
    marketplace: Marketplace, database: asyncpg.Connection, seconds: float, status: int
) -> None:
    first = await opened(marketplace)
    second = await refreshed(marketplace, first["refresh_token"])
    await used_before(database, first["refresh_token"], seconds)

    repeated = await refreshed(marketplace, first["refresh_token"])

    assert repeated.status_code == status
    if status == 201:
        assert repeated.json()["refresh_token"] == second.json()["refresh_token"]


async def test_nobody_can_foretell_the_successor_without_the_key() -> None:
    one, another = Successors(b"a" * 32), Successors(b"b" * 32)

    assert one.after("token") == one.after("token")
    assert one.after("token") != another.after("token")
    assert one.after("token") != one.after("tokem")
    assert len(one.after("token")) == 43


async def test_another_session_of_the_account_goes_on(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": PASSWORD}
    one, another = [(await marketplace.anybody.post("/v1/sessions", form)).json() for _ in "12"]

    await refreshed(marketplace, one["refresh_token"])
    await used_before(database, one["refresh_token"], 11)
    assert (await refreshed(marketplace, one["refresh_token"])).status_code == 401

    assert (await refreshed(marketplace, another["refresh_token"])).status_code == 201


async def test_a_log_in_with_a_password_that_was_changed_meanwhile_opens_nothing(
    marketplace: Marketplace, runner: CommandRunner, database: asyncpg.Connection
) -> None:
    account_id = await account_id_of(database, (await marketplace.a_shopper()).email)
    stale = LogIn(account_id=account_id, checked_hash="the hash of the password before")

    with pytest.raises(WrongCredentials):
        await runner.run(log_in, stale, a_context(), done)

    count = "SELECT count(*) FROM identity.session WHERE account_id = $1"
    assert await database.fetchval(count, account_id) == 1


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


# fault 76
async def test_a_token_that_is_far_too_long_is_not_looked_at(marketplace: Marketplace) -> None:
    fair = await refreshed(marketplace, "a" * 200)
    long = await refreshed(marketplace, "a" * 201)

    assert (fair.status_code, fair.json()["code"]) == (401, "invalid_refresh_token")
    assert (long.status_code, long.json()["code"]) == (400, "invalid_input")
    assert [error["pointer"] for error in long.json()["errors"]] == ["/refresh_token"]


async def test_no_secret_is_stored_as_it_is(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    first = await opened(marketplace)
    second = (await refreshed(marketplace, first["refresh_token"])).json()

    tokens = await database.fetch("SELECT t::text AS row FROM identity.refresh_token t")
    events = await database.fetch("SELECT e::text AS row FROM outbox.event e")

    rows = [row["row"] for row in [*tokens, *events]]
    for pair in (first, second):
        assert not any(pair["refresh_token"] in row for row in rows)
