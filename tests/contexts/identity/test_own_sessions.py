"""Where a person is logged in: seen by them, and ended by them."""

import json
from uuid import UUID, uuid4

import asyncpg
import pytest

from actors import Marketplace, Person
from contexts.identity.links import account_id_of, another_device

REVOKED = """
    SELECT payload FROM outbox.event WHERE type = 'identity.session_revoked.v1'
        AND payload ->> 'account_id' = $1 ORDER BY id
"""


async def sessions_of(person: Person, **params: str | int) -> list[dict[str, object]]:
    answer = await person.get("/v1/sessions", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def reasons_of(database: asyncpg.Connection, account_id: UUID) -> list[str]:
    rows = await database.fetch(REVOKED, str(account_id))
    return [json.loads(row["payload"])["reason"] for row in rows]


async def test_a_person_sees_where_they_are_logged_in(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    form = {"email": shopper.email, "password": "correct horse battery"}
    phone = {"user-agent": "A phone " + "x" * 400}
    await marketplace.anybody.post("/v1/sessions", form, headers=phone)

    latest, first = await sessions_of(shopper)

    assert (first["is_current"], latest["is_current"]) == (True, False)
    assert latest["user_agent"] == phone["user-agent"][:300]
    assert latest["ip_address"] == "127.0.0.1"
    assert latest.keys() >= {"id", "created_at", "last_used_at", "expires_at"}


async def test_a_long_list_of_sessions_comes_in_pages(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    for _ in range(2):
        await another_device(marketplace, shopper)

    page = (await shopper.get("/v1/sessions", params={"limit": 2})).json()
    params = {"limit": 2, "cursor": page["next_cursor"]}
    rest = (await shopper.get("/v1/sessions", params=params)).json()
    stranger = await marketplace.a_shopper()
    foreign = await stranger.get("/v1/sessions", params=params)

    ids = [item["id"] for item in [*page["items"], *rest["items"]]]
    assert (len(ids), rest["next_cursor"]) == (3, None)
    assert ids == sorted(ids, reverse=True)
    assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid_cursor")


async def test_a_session_of_another_device_is_ended(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    phone = await another_device(marketplace, shopper)
    (lost,) = [item for item in await sessions_of(shopper) if not item["is_current"]]

    ended = await shopper.client.delete(f"/v1/sessions/{lost['id']}")

    assert (ended.status_code, ended.json()["status"]) == (200, "ended")
    assert [item["id"] for item in await sessions_of(shopper)] != [lost["id"]]
    again = await shopper.client.delete(f"/v1/sessions/{lost['id']}")
    assert again.status_code == 404
    account_id = await account_id_of(database, shopper.email)
    assert await reasons_of(database, account_id) == ["revoked"]
    assert phone.email == shopper.email


async def test_logging_out_ends_the_session_that_asks_and_no_other(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    phone = await another_device(marketplace, shopper)

    answer = await shopper.client.delete("/v1/sessions/current")

    assert (answer.status_code, answer.json()["status"]) == (200, "ended")
    (left,) = await sessions_of(phone)
    assert left["is_current"] is True
    account_id = await account_id_of(database, shopper.email)
    assert await reasons_of(database, account_id) == ["logged_out"]


# fault 64
async def test_anothers_session_is_answered_as_one_that_does_not_exist(
    marketplace: Marketplace,
) -> None:
    victim, stranger = await marketplace.a_shopper(), await marketplace.a_shopper()
    (theirs,) = await sessions_of(victim)

    foreign = await stranger.client.delete(f"/v1/sessions/{theirs['id']}")
    nobodys = await stranger.client.delete(f"/v1/sessions/{uuid4()}")

    told = [
        (answer.status_code, {k: v for k, v in answer.json().items() if k != "trace_id"})
        for answer in (foreign, nobodys)
    ]
    assert told[0] == told[1]
    assert told[0][0] == 404
    assert len(await sessions_of(victim)) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_nobody_has_no_sessions(marketplace: Marketplace, method: str) -> None:
    path = "/v1/sessions" if method == "GET" else "/v1/sessions/current"

    answer = await marketplace.anybody.client.request(method, path)

    assert answer.status_code == 401
