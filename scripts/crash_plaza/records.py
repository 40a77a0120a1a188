"""What the log holds, and how far it was followed, read straight from PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from crash_plaza.history import LogEntry
from crash_plaza.shelf import marks_of_fact
from plaza.embedded.servers import EmbeddedServers

POLL_INTERVAL_S = 0.2
LOG = """
    SELECT p.position, e.id, e.type, e.aggregate_type, e.aggregate_id, e.version, e.ordinal,
        e.payload::text AS payload
    FROM outbox.position p JOIN outbox.event e USING (id) ORDER BY p.position
"""
# Known beforehand: in a log that is out of order an order is placed before it is created.
CARTS = """
    SELECT payload ->> 'order_id' AS order_id, payload ->> 'cart_id' AS cart_id
    FROM outbox.event WHERE type LIKE 'ordering.order_created.%'
"""
UNSEQUENCED = """
    SELECT count(*) FROM outbox.event e
    WHERE NOT EXISTS (SELECT FROM outbox.position p WHERE p.id = e.id)
"""
BEHIND = """
    SELECT DISTINCT projection FROM (
        SELECT DISTINCT ON (s.projection, s.build, s.shard) s.projection, s.build, s.upto
        FROM projecting.step s JOIN projecting.build b USING (projection, build)
        WHERE b.status = 'live' ORDER BY s.projection, s.build, s.shard, s.number DESC) last
    WHERE last.upto < (SELECT coalesce(max(position), 0) FROM outbox.position)
    ORDER BY projection
"""
PARKED = """
    SELECT projection || ' ' || document || ' ' || key || ': ' || error FROM projecting.parked
    UNION ALL SELECT projection || ' has stopped: ' || error FROM projecting.stopped
"""


@asynccontextmanager
async def database_of(servers: EmbeddedServers) -> AsyncIterator[asyncpg.Connection]:
    """A connection that no proxy troubles, and that sees every row."""
    database = await asyncpg.connect(
        servers.database_url, server_settings={"plaza.scope": "market", "jit": "off"}
    )
    try:
        yield database
    finally:
        await database.close()


async def read_log(database: asyncpg.Connection) -> list[LogEntry]:
    """The whole log."""
    carts = {row["order_id"]: row["cart_id"] for row in await database.fetch(CARTS)}
    entries = []
    for row in await database.fetch(LOG):
        kind = row["type"].rpartition(".v")[0]
        marks = marks_of_fact(kind, msgspec.json.decode(row["payload"]), carts)
        entries.append(
            LogEntry(
                position=row["position"],
                id=row["id"],
                aggregate=f"{row['aggregate_type']}/{row['aggregate_id']}",
                version=row["version"],
                ordinal=row["ordinal"],
                marks=tuple(marks),
            )
        )
    return entries


async def left_behind(database: asyncpg.Connection, timeout_s: float) -> list[str]:
    """Wait until every fact has its place and was followed; who has not when the time is up."""
    deadline_s = time.monotonic() + timeout_s
    while late := await _late(database):
        if time.monotonic() > deadline_s:
            break
        await asyncio.sleep(POLL_INTERVAL_S)
    return late


async def parked(database: asyncpg.Connection) -> list[str]:
    """What projections could not take, which is nothing: a lost connection is no poison."""
    return [row[0] for row in await database.fetch(PARKED)]


async def _late(database: asyncpg.Connection) -> list[str]:
    unsequenced = await database.fetchval(UNSEQUENCED)
    behind = [row["projection"] for row in await database.fetch(BEHIND)]
    return [f"{unsequenced} facts have no position"] * bool(unsequenced) + behind
