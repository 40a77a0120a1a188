"""Drops the oldest facts, a whole partition of the log at a time, where a setting wants that.

What is dropped nobody can be in need of: it is old enough, every follower of every build is past
it, and nothing that is parked holds any of it. Read models are built of snapshots afterwards.
"""

from typing import NamedTuple

import asyncpg
import stamina
import structlog

from plaza.settings import Settings

ATTEMPTS_MAX = 20

OLDEST = """
    SELECT format('%s', c.oid::regclass) AS name,
        substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \\(''(\\d+)''\\)')::bigint AS start,
        substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''(\\d+)''\\)')::bigint AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox.event'::regclass ORDER BY start LIMIT 1
"""

# Below the floor nobody can hold an id any more, and every id that was committed has a position.
# The last fact stays, however old: where the log ends is told by it.
IS_OLD = """
    SELECT (SELECT floor FROM outbox.tick ORDER BY number DESC LIMIT 1) >= $1 - 1
        AND EXISTS (SELECT FROM outbox.position WHERE id >= $1)
        AND coalesce((SELECT created_at FROM {name} ORDER BY id DESC LIMIT 1)
            < clock_timestamp() - make_interval(days => $2), true)
"""

LAST_POSITION = """
    SELECT coalesce(max(position), 0) FROM outbox.position WHERE id >= $1 AND id < $2
"""

# Who still needs what is up to a position.
IN_NEED = """
    SELECT b.projection || ' (build ' || b.build || ')' AS name
    FROM projecting.build b
    CROSS JOIN LATERAL generate_series(0, (
        SELECT max(s.shard) FROM projecting.step s
        WHERE s.projection = b.projection AND s.build = b.build)) AS shards (shard)
    CROSS JOIN LATERAL (
        SELECT s.upto FROM projecting.step s
        WHERE s.projection = b.projection AND s.build = b.build AND s.shard = shards.shard
        ORDER BY s.number DESC LIMIT 1) last
    WHERE b.status <> 'retired' AND last.upto < $1
    UNION ALL
    SELECT projection || ' (parked)' FROM projecting.held_fact h
    JOIN projecting.build b USING (projection, build)
    WHERE h.position <= $1 AND b.status <> 'retired'
    LIMIT 1
"""

NOTE = "INSERT INTO outbox.dropped (last_position, last_id) VALUES ($1, $2)"
FORGET_POSITIONS = "DELETE FROM outbox.position WHERE id < $1"

log = structlog.get_logger()


class Partition(NamedTuple):
    """A part of the log: its ids go from `start` to before `bound`."""

    name: str
    start: int
    bound: int


async def drop_old_facts(settings: Settings) -> int:
    """Drop what is older than the setting says.

    Returns:
        How many partitions; none where facts are kept for ever.
    """
    if not settings.log_kept_days:
        return 0
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "application_name": "plaza retention"},
    )
    dropped = 0
    try:
        while await _dropped_one(connection, settings.log_kept_days):
            dropped += 1
    finally:
        await connection.close()
    return dropped


async def _dropped_one(connection: asyncpg.Connection, kept_days: int) -> bool:
    (row,) = await connection.fetch(OLDEST)
    oldest = Partition(**dict(row))
    is_old = IS_OLD.format(name=oldest.name)
    if not await connection.fetchval(is_old, oldest.bound, kept_days):
        return False
    last = await connection.fetchval(LAST_POSITION, oldest.start, oldest.bound)
    in_need = await connection.fetchval(IN_NEED, last)
    if in_need is not None:
        log.warning("facts_kept", of=oldest.name, needed_by=in_need)
        return False
    await _drop(connection, oldest, last)
    log.info("facts_dropped", of=oldest.name, last_position=last)
    return True


async def _drop(connection: asyncpg.Connection, oldest: Partition, last: int) -> None:
    async with connection.transaction():
        await connection.execute(NOTE, last, oldest.bound - 1)
        await connection.execute(FORGET_POSITIONS, oldest.bound)
        # Last, since nobody reads or writes the log while this is held.
        await _drop_table(connection, oldest.name)


@stamina.retry(on=asyncpg.LockNotAvailableError, attempts=ATTEMPTS_MAX, wait_initial=0.1)
async def _drop_table(connection: asyncpg.Connection, name: str) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '50ms'")
        await connection.execute(f"DROP TABLE {name}")
