"""What is to be done again and again: partitions ahead, old keys and log-ins gone."""

import asyncpg
import structlog

from plaza.operations.changes import KEPT_DAYS as CHANGES_KEPT_DAYS
from plaza.outbox.partitions import PARTITIONS_AHEAD_MIN, ensure_partitions, partitions_ahead
from plaza.settings import Settings

KEYS_KEPT_HOURS = 72
CHUNK = 10_000

FORGET = """
    DELETE FROM writing.idempotency WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM writing.idempotency
        WHERE created_at < clock_timestamp() - make_interval(hours => $1) LIMIT $2))
"""

# A session that is over is shown in the export of its account for a while. A used token is kept
# for as long as it could come back, because its coming back is what tells of a thief. A mail's
# address is nobody's business once its link is over and the mail itself was given up.
ENDED_SESSIONS_KEPT_DAYS = 30
MAIL_REQUESTS_KEPT_DAYS = 7
# Longer than any provider repeats a message, which after that would be acted on without effect.
WEBHOOKS_KEPT_DAYS = 90

FORGET_SESSIONS = """
    DELETE FROM identity.session WHERE id = ANY (ARRAY(
        SELECT id FROM identity.session
        WHERE coalesce(revoked_at, expires_at) < clock_timestamp() - make_interval(days => $1)
        LIMIT $2))
"""
FORGET_TOKENS = """
    DELETE FROM identity.refresh_token WHERE token_hash = ANY (ARRAY(
        SELECT token_hash FROM identity.refresh_token
        WHERE expires_at < clock_timestamp() - make_interval(days => $1) LIMIT $2))
"""
FORGET_MAIL_REQUESTS = """
    DELETE FROM identity.mail_request WHERE id = ANY (ARRAY(
        SELECT id FROM identity.mail_request
        WHERE created_at < clock_timestamp() - make_interval(days => $1) LIMIT $2))
"""
FORGET_WEBHOOKS = """
    DELETE FROM payments.webhook WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM payments.webhook
        WHERE received_at < clock_timestamp() - make_interval(days => $1) LIMIT $2))
"""
# The owner is held to the policies of the tables too.
SEE_ALL = "SELECT set_config('plaza.scope', 'market', false)"

log = structlog.get_logger()


# Every process has heard of a change long before; see web/standings.py.
NOTES_KEPT_HOURS = 1
HOURS_A_DAY = 24

FORGET_NOTES = """
    DELETE FROM writing.standing_change WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM writing.standing_change
        WHERE created_at < clock_timestamp() - make_interval(hours => $1) LIMIT $2))
"""


FORGET_CHANGES = """
    DELETE FROM projecting.changed WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM projecting.changed
        WHERE created_at < clock_timestamp() - make_interval(hours => $1) LIMIT $2))
"""


async def add_partitions(settings: Settings) -> int:
    """Make partitions of the log ahead of its ids."""
    connection = await _connect_as_owner(settings)
    try:
        made = await ensure_partitions(connection, settings.outbox_partition_size)
    finally:
        # Also where none could be made: that is when it has to be known.
        left = await partitions_ahead(connection)
        if left < PARTITIONS_AHEAD_MIN:
            log.error("partitions_run_out", left=left)
        await connection.close()
    log.info("partitions_added", made=made)
    return made


async def forget_keys(settings: Settings) -> int:
    """Delete idempotency keys after 72 hours, and notes that nobody needs any more."""
    connection = await _connect_as_owner(settings)
    try:
        forgotten = await _forget(connection, FORGET, KEYS_KEPT_HOURS)
        await _forget(connection, FORGET_NOTES, NOTES_KEPT_HOURS)
        await _forget(connection, FORGET_CHANGES, CHANGES_KEPT_DAYS * HOURS_A_DAY)
    finally:
        await connection.close()
    log.info("keys_forgotten", forgotten=forgotten)
    return forgotten


async def forget_log_ins(settings: Settings) -> int:
    """Delete sessions, refresh tokens and mail requests that nothing can be done with any more."""
    connection = await _connect_as_owner(settings)
    try:
        await connection.execute(SEE_ALL)
        sessions = await _forget(connection, FORGET_SESSIONS, ENDED_SESSIONS_KEPT_DAYS)
        tokens = await _forget(connection, FORGET_TOKENS, 0)
        mails = await _forget(connection, FORGET_MAIL_REQUESTS, MAIL_REQUESTS_KEPT_DAYS)
    finally:
        await connection.close()
    log.info("log_ins_forgotten", sessions=sessions, tokens=tokens, mail_requests=mails)
    return sessions + tokens + mails


async def forget_webhooks(settings: Settings) -> int:
    """Delete the ids of payment providers' messages that come no more."""
    connection = await _connect_as_owner(settings)
    try:
        await connection.execute(SEE_ALL)
        forgotten = await _forget(connection, FORGET_WEBHOOKS, WEBHOOKS_KEPT_DAYS)
    finally:
        await connection.close()
    log.info("webhooks_forgotten", forgotten=forgotten)
    return forgotten


async def _forget(connection: asyncpg.Connection, statement: str, age: int) -> int:
    """Delete what is older, in chunks that lock little."""
    forgotten = 0
    while True:
        status = await connection.execute(statement, age, CHUNK)
        deleted = int(status.rpartition(" ")[2])
        forgotten += deleted
        if deleted < CHUNK:
            return forgotten


async def _connect_as_owner(settings: Settings) -> asyncpg.Connection:
    return await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "application_name": "plaza upkeep"},
    )
