"""Partitions of the log by id range, made far ahead of the ids."""

import asyncpg

PARTITIONS_AHEAD = 3
LOCK_TIMEOUT = "200ms"

LAST_ID = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox.event_id_seq"

# The ends (exclusive) of the partitions that there are.
BOUNDS = """
    SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''(\\d+)''\\)')::bigint AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox.event'::regclass
"""

LAST_BOUND = f"SELECT max(bound) FROM ({BOUNDS}) b"


async def ensure_partitions(connection: asyncpg.Connection, partition_size: int) -> int:
    """Make partitions until three whole ones lie ahead of the last id.

    The partition is filled with its constraints before it is attached, so that the lock on the
    log is one that writers do not wait for.

    Returns:
        How many were made.
    """
    last_id = await connection.fetchval(LAST_ID)
    bound = await connection.fetchval(LAST_BOUND) or 1
    made = 0
    while bound < last_id + 1 + PARTITIONS_AHEAD * partition_size:
        await _attach(connection, bound, bound + partition_size)
        bound += partition_size
        made += 1
    return made


async def _attach(connection: asyncpg.Connection, start: int, end: int) -> None:
    name = f"outbox.event_from_{start}"
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        await connection.execute(
            f"CREATE TABLE {name} (LIKE outbox.event INCLUDING ALL EXCLUDING IDENTITY)"
        )
        await connection.execute(
            f"ALTER TABLE outbox.event ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})"
        )
