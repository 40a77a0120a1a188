"""What is swept away, and what is kept for a while yet."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs

from actors import Marketplace
from contexts.identity.links import account_id_of
from plaza.entrypoints.jobs import WORKER_CRON, forget_old_log_ins, forget_old_webhooks
from plaza.operations import upkeep
from plaza.operations.upkeep import add_partitions, forget_log_ins, forget_webhooks
from plaza.settings import Settings
from writing.watching import watching

REVOKE = """
    UPDATE identity.session SET revoked_at = now() - make_interval(days => $2)
    WHERE account_id = $1
"""
EXPIRE = """
    UPDATE identity.session SET expires_at = now() - make_interval(days => $2)
    WHERE account_id = $1
"""
ADD_MAIL = """
    INSERT INTO identity.mail_request (id, purpose, email, created_at, expires_at)
    VALUES ($1, 'account_erased', 'ann@plaza.example', now() - make_interval(days => $2), now())
"""
ADD_WEBHOOK = """
    INSERT INTO payments.webhook (provider, event_id, type, outcome, received_at)
    VALUES ('sandbox', $1, 'refund.returned', 'ignored', now() - make_interval(days => $2))
"""
EXPIRE_TOKEN = """
    UPDATE identity.refresh_token t SET expires_at = now() - interval '1 minute'
    FROM identity.session s WHERE s.id = t.session_id AND s.account_id = $1
"""
SESSIONS = "SELECT count(*) FROM identity.session WHERE account_id = $1"
TOKENS = """
    SELECT count(*) FROM identity.refresh_token t
    JOIN identity.session s ON s.id = t.session_id WHERE s.account_id = $1
"""


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection


async def somebody(marketplace: Marketplace, database: asyncpg.Connection) -> UUID:
    return await account_id_of(database, (await marketplace.a_shopper()).email)


@pytest.mark.parametrize("end", [REVOKE, EXPIRE], ids=["revoked", "expired"])
async def test_a_session_is_forgotten_a_month_after_its_end(
    marketplace: Marketplace, database: asyncpg.Connection, end: str
) -> None:
    old, recent = await somebody(marketplace, database), await somebody(marketplace, database)
    live = await somebody(marketplace, database)
    for account_id, days in ((old, 31), (recent, 29)):
        await database.execute(end, account_id, days)

    assert await forget_log_ins(marketplace.settings) >= 1

    left = [await database.fetchval(SESSIONS, account_id) for account_id in (old, recent, live)]
    assert left == [0, 1, 1]
    assert await database.fetchval(TOKENS, live) == 1


async def test_a_token_is_kept_for_as_long_as_it_could_come_back(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    over, live = await somebody(marketplace, database), await somebody(marketplace, database)
    await database.execute(EXPIRE_TOKEN, over)

    await forget_log_ins(marketplace.settings)

    assert [await database.fetchval(TOKENS, account_id) for account_id in (over, live)] == [0, 1]
    assert await database.fetchval(SESSIONS, over) == 1


async def test_the_address_of_a_mail_is_forgotten_after_a_week(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    old, recent = uuid4(), uuid4()
    for mail_request_id, days in ((old, 8), (recent, 6)):
        await database.execute(ADD_MAIL, mail_request_id, days)

    await forget_log_ins(marketplace.settings)

    kept = "SELECT id FROM identity.mail_request WHERE id = ANY ($1)"
    assert [row["id"] for row in await database.fetch(kept, [old, recent])] == [recent]


async def test_the_ids_of_payment_messages_are_forgotten_after_three_months(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    old, recent = uuid4().hex, uuid4().hex
    for event_id, days in ((old, 91), (recent, 89)):
        await database.execute(ADD_WEBHOOK, event_id, days)

    assert await forget_webhooks(marketplace.settings) == 1

    kept = "SELECT event_id FROM payments.webhook WHERE event_id = ANY ($1)"
    assert [row["event_id"] for row in await database.fetch(kept, [old, recent])] == [recent]


def test_the_worker_sweeps_by_the_clock() -> None:
    swept = {job.function for job in WORKER_CRON}
    assert {forget_old_log_ins, forget_old_webhooks} <= swept


# fault 85
async def test_partitions_that_cannot_be_made_in_time_are_an_alert(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(fresh_settings) as owner:
        await owner.execute("SELECT setval('outbox.event_id_seq', 2000001)")

    async def made_none(*_: object) -> int:
        raise asyncpg.LockNotAvailableError

    with capture_logs() as logs, monkeypatch.context() as patched:
        # A logger that was not made for the settings of an earlier test.
        patched.setattr(upkeep, "log", structlog.get_logger())
        patched.setattr(upkeep, "ensure_partitions", made_none)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await add_partitions(fresh_settings)
    assert [each["left"] for each in logs if each["event"] == "partitions_run_out"] == [1]
    with capture_logs() as logs:
        assert await add_partitions(fresh_settings) == 2
    assert not logs
