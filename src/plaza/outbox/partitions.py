"""Partitions of the log by id range, made far ahead of the ids."""

import asyncpg
import asyncpg.pool
import stamina

PARTITIONS_AHEAD = 3
PARTITIONS_AHEAD_MIN = 2
"""With fewer whole ones ahead somebody has to look why none are made."""
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

LOCK_TIMEOUT = "200ms"
ATTEMPTS_MAX = 20
PARTITIONS_LOCK = 7_022_003

LAST_ID = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox.event_id_seq"

# The ends (exclusive) of the partitions that there are.
BOUNDS = """
    SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''(\\d+)''\\)')::bigint AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox.event'::regclass
"""

AHEAD = f"""
    SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox.event'::regclass AND ({LAST_ID}) <
        substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \\(''(\\d+)''\\)')::bigint
"""

LAST_BOUND = f"SELECT max(bound) FROM ({BOUNDS}) b"


async def partitions_ahead(connection: Connection) -> int:
    """How many partitions lie ahead of the last id, wholly empty."""
    return int(await connection.fetchval(AHEAD))


async def ensure_partitions(connection: asyncpg.Connection, partition_size: int) -> int:
    """Make partitions until three whole ones lie ahead of the last id.

    Writers go on meanwhile: attaching locks the log against other changes of its form only, and
    where one of those is under way it is tried again.

    Returns:
        How many were made.
    """
    made = 0
    while await _added_one(connection, partition_size):
        made += 1
    return made


@stamina.retry(on=asyncpg.LockNotAvailableError, attempts=ATTEMPTS_MAX, wait_initial=0.1)
async def _added_one(connection: asyncpg.Connection, partition_size: int) -> bool:
    async with connection.transaction():
        # Who adds at the same moment would make the same one.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", PARTITIONS_LOCK)
        last_id = await connection.fetchval(LAST_ID)
        start = await connection.fetchval(LAST_BOUND) or 1
        if start >= last_id + 1 + PARTITIONS_AHEAD * partition_size:
            return False
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        await _attach(connection, start, start + partition_size)
    return True


async def _attach(connection: asyncpg.Connection, start: int, end: int) -> None:
    name = f"outbox.event_from_{start}"
    await connection.execute(
        f"CREATE TABLE {name} (LIKE outbox.event INCLUDING ALL EXCLUDING IDENTITY)"
    )
    await connection.execute(
        f"ALTER TABLE outbox.event ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})"
    )
