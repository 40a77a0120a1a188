"""Operators see what was not delivered, and have it sent again."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from actors import Marketplace, Person
from plaza.settings import Settings
from writing.watching import watching

MAILS = "/v1/operations/mails"
QUEUE = """
    INSERT INTO notifications.mail (id, kind, version, status, attempts, last_error, leased_until,
        next_attempt_at, sent_at)
    VALUES ($1, 'invitation', 1, $2, 6, '550 5.1.1',
        CASE WHEN $2 = 'sending' THEN now() + interval '1 hour' END, now() + interval '1 hour',
        CASE WHEN $2 = 'sent' THEN now() END)
"""


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


async def a_mail(database: asyncpg.Connection, status: str) -> UUID:
    """A mail, later than all others."""
    mail_id = UUID(int=(0xFF << 120) | (uuid4().int >> 8))
    await database.execute(QUEUE, mail_id, status)
    return mail_id


async def retried(operator: Person, mail_id: UUID) -> tuple[int, Any]:
    answer = await operator.post(f"{MAILS}/{mail_id}/retry")
    return answer.status_code, answer.json()


async def test_a_mail_that_failed_is_seen_and_sent_again(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    operator, mail_id = await marketplace.operator(), await a_mail(database, "failed")
    seen = (await operator.get(MAILS, params={"status": "failed", "limit": 100})).json()["items"]
    (mail,) = [item for item in seen if item["id"] == str(mail_id)]
    assert (mail["kind"], mail["attempts"], mail["last_error"]) == ("invitation", 6, "550 5.1.1")
    assert {item["status"] for item in seen} == {"failed"}

    status, body = await retried(operator, mail_id)

    assert (status, body["status"]) == (200, "pending")
    row = await database.fetchrow(
        "SELECT *, next_attempt_at <= clock_timestamp() AS is_due FROM notifications.mail "
        "WHERE id = $1",
        mail_id,
    )
    assert row is not None
    assert (row["status"], row["attempts"], row["version"], row["is_due"]) == (
        "pending",
        0,
        2,
        True,
    )


async def test_a_mail_that_waits_for_its_next_attempt_is_sent_now(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    mail_id = await a_mail(database, "pending")

    assert (await retried(await marketplace.operator(), mail_id))[0] == 200
    due = "SELECT next_attempt_at <= clock_timestamp() FROM notifications.mail WHERE id = $1"
    assert await database.fetchval(due, mail_id)


@pytest.mark.parametrize("status", ["sending", "sent", "dropped"])
async def test_what_is_on_its_way_or_settled_is_not_sent_again(
    marketplace: Marketplace, database: asyncpg.Connection, status: str
) -> None:
    mail_id = await a_mail(database, status)

    answered, problem = await retried(await marketplace.operator(), mail_id)

    assert (answered, problem["code"]) == (409, "illegal_transition")
    kept = "SELECT status FROM notifications.mail WHERE id = $1"
    assert await database.fetchval(kept, mail_id) == status


async def test_a_mail_that_is_not_there_cannot_be_sent(marketplace: Marketplace) -> None:
    answered, problem = await retried(await marketplace.operator(), uuid4())
    assert (answered, problem["code"]) == (404, "not_found")


async def test_pages_show_each_mail_once_the_newest_first(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    made = {str(await a_mail(database, "dropped")) for _ in range(5)}
    operator, cursor = await marketplace.operator(), None
    seen: list[str] = []
    while not seen or cursor is not None:
        asked = {"status": "dropped", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await operator.get(MAILS, params=asked)).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen))
    assert made <= set(seen)


async def test_a_cursor_goes_with_the_status_that_it_came_from(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    for _ in range(2):
        await a_mail(database, "failed")
    operator = await marketplace.operator()
    page = (await operator.get(MAILS, params={"status": "failed", "limit": 1})).json()
    answer = await operator.get(MAILS, params={"cursor": page["next_cursor"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_mails_are_for_operators_only(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    mail_id = await a_mail(database, "failed")
    people = [(marketplace.anybody, 401), (await marketplace.a_shopper(), 403)]
    for person, status in people:
        assert (await person.get(MAILS)).status_code == status
        assert (await person.post(f"{MAILS}/{mail_id}/retry")).status_code == status


async def test_neither_an_address_nor_a_secret_stands_beside_a_mail(
    database: asyncpg.Connection,
) -> None:
    columns = await database.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'notifications'"
    )
    names = {row["column_name"] for row in columns}
    assert names >= {"id", "kind", "status"}
    assert names.isdisjoint({"email", "recipient", "subject", "body", "token", "account_id"})
