"""Which log this is: after a restore or a failover the snapshots of old ticks mean nothing."""

from typing import NamedTuple
from uuid import UUID

import asyncpg

# pg_dump keeps none of these: a restored database differs in the first, a failover in the second
# (taken from the log that is written now: the control file names the old timeline until the first
# checkpoint after a promotion).
IDENTITY = """
    SELECT concat_ws('/', (pg_control_system()).system_identifier,
        ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint,
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        'outbox.tick'::regclass::oid)
"""

LATEST = "SELECT epoch_id, identity FROM outbox.epoch ORDER BY number DESC LIMIT 1"

# Of the log that there is now, and of the one that was sequenced last.
PRESENT = f"""
    SELECT epoch_id, identity <> ({IDENTITY}) AS has_moved
    FROM outbox.epoch ORDER BY number DESC LIMIT 1
"""

# Xids that restarted (pg_resetwal) leave the identity alone, but no snapshot is from the future.
MOVED = """
    SELECT identity <> $1 OR EXISTS (
        SELECT FROM (SELECT snapshot FROM outbox.tick ORDER BY number DESC LIMIT 1) last
        WHERE pg_snapshot_xmax(last.snapshot) > pg_snapshot_xmax(pg_current_snapshot()))
    FROM outbox.epoch ORDER BY number DESC LIMIT 1
"""

ADD = "INSERT INTO outbox.epoch (identity) VALUES ($1)"

# Restored rows carry txids of another cluster; 0 is below every snapshot. This is the one update
# of the log that there is.
FORGET_TXIDS = "UPDATE outbox.event SET txid = '0'::xid8 WHERE txid <> '0'::xid8"

PLACE_STRAGGLERS = """
    WITH last AS (SELECT number, next, floor FROM outbox.tick ORDER BY number DESC LIMIT 1),
    top AS (SELECT greatest((SELECT next FROM last),
        coalesce((SELECT max(position) FROM outbox.position), 0) + 1) AS next),
    placed AS (
        INSERT INTO outbox.position (position, id)
        SELECT top.next - 1 + row_number() OVER (ORDER BY e.id), e.id FROM top, outbox.event e
        WHERE NOT EXISTS (SELECT FROM outbox.position p WHERE p.id = e.id)
        RETURNING position
    )
    INSERT INTO outbox.tick (number, next, snapshot, floor)
    SELECT last.number + 1, top.next + (SELECT count(*) FROM placed), pg_current_snapshot(),
        last.floor
    FROM last, top
"""


class PresentLog(NamedTuple):
    """The epoch that the last sequencer began or found, and whether that was another log."""

    epoch_id: UUID
    has_moved: bool


async def present_log(connection: asyncpg.Connection) -> PresentLog | None:
    """Which log it is, for those who look; None before the first sequencer has started."""
    row = await connection.fetchrow(PRESENT)
    return None if row is None else PresentLog(row["epoch_id"], row["has_moved"])


async def log_identity(connection: asyncpg.Connection) -> str:
    """What tells this log from every copy of it."""
    return str(await connection.fetchval(IDENTITY))


async def current_epoch(connection: asyncpg.Connection) -> UUID | None:
    """The id that consistency tokens carry; None before the first sequencer has started."""
    row = await connection.fetchrow(LATEST)
    return None if row is None else row["epoch_id"]


async def reseed_if_moved(connection: asyncpg.Connection, identity: str, lock: int) -> bool:
    """Begin a new epoch where the log is not the one of the last tick.

    Returns:
        Whether the log was reseeded: stragglers got their positions, old rows lost their txids.
    """
    # REPEATABLE READ would take its snapshot before the lock is held.
    async with connection.transaction(isolation="read_committed"):
        await connection.execute("SELECT pg_advisory_xact_lock($1)", lock)
        moved: bool | None = await connection.fetchval(MOVED, identity)
        if moved:
            await _reseed(connection)
        # A log without any epoch is a new one, which needs no more than its first.
        if moved is not False:
            await connection.execute(ADD, identity)
    return moved is True


async def _reseed(connection: asyncpg.Connection) -> None:
    # The update and the placing see different snapshots. What commits between them is placed
    # with its txid intact and lies below the new tick's snapshot, so that no tick repeats it.
    await connection.execute(FORGET_TXIDS)
    await connection.execute(PLACE_STRAGGLERS)
