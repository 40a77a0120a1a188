"""What the write side holds, read straight from PostgreSQL."""

import asyncio
import time
from collections.abc import Sequence

import asyncpg
import msgspec

from oversell_plaza.history import Fact

POLL_INTERVAL_S = 0.25
FACTS = """
    SELECT p.position, e.type, extract(epoch FROM e.created_at)::float8 AS created_at,
        e.payload::text AS payload
    FROM outbox.position p JOIN outbox.event e USING (id)
    WHERE p.position > $1 AND (e.type LIKE 'inventory.stock_moved.%'
        OR e.type LIKE 'ordering.vendor_order_lined.%' OR e.type LIKE 'ordering.order_placed.%')
    ORDER BY p.position
"""
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM outbox.position"
UNSETTLED = """
    SELECT (SELECT count(*) FROM ordering.order_group WHERE status = 'pending')
        + (SELECT count(*) FROM payments.operation WHERE status = 'requested')
"""
# Of a log whose sequencer was killed; facts are sequenced soon, or never.
UNSEQUENCED = """
    SELECT count(*) FROM outbox.event e
    WHERE NOT EXISTS (SELECT FROM outbox.position p WHERE p.id = e.id)
"""
STOCK = """
    SELECT s.id::text AS stock_id, s.on_hand, s.reserved,
        (SELECT coalesce(sum(m.on_hand_delta), 0) FROM inventory.movement m
            WHERE m.stock_id = s.id)::bigint AS moved,
        (SELECT coalesce(sum(r.quantity), 0) FROM inventory.reservation r
            WHERE r.stock_id = s.id AND r.status IN ('held', 'committed'))::bigint AS held
    FROM inventory.stock s WHERE s.offer_id = ANY ($1::uuid[])
"""
ORDERS = """
    SELECT DISTINCT o.id::text AS order_id, o.number, o.cart_id::text, o.status, o.total_minor
    FROM ordering.order_group o JOIN ordering.order_line l ON l.order_id = o.id
    WHERE l.offer_id = ANY ($1::uuid[])
"""
PARTS = """
    SELECT DISTINCT l.vendor_id::text, l.order_id::text
    FROM ordering.order_line l JOIN ordering.order_group o ON o.id = l.order_id
    WHERE o.status = 'placed' AND l.offer_id = ANY ($1::uuid[])
"""


class StockRecord(msgspec.Struct, frozen=True):
    """A stock row, the sum of its movements, and what is reserved of it by its reservations."""

    stock_id: str
    on_hand: int
    reserved: int
    moved: int
    held: int


class OrderRecord(msgspec.Struct, frozen=True):
    order_id: str
    number: str
    cart_id: str
    status: str
    total_minor: int


async def last_position(database: asyncpg.Connection) -> int:
    return int(await database.fetchval(LAST_POSITION))


async def facts_after(database: asyncpg.Connection, position: int) -> list[Fact]:
    rows = await database.fetch(FACTS, position)
    return [
        Fact(
            position=row["position"],
            type=row["type"],
            created_at=row["created_at"],
            payload=msgspec.json.decode(row["payload"]),
        )
        for row in rows
    ]


async def stock_of(database: asyncpg.Connection, offers: Sequence[str]) -> list[StockRecord]:
    return [StockRecord(**row) for row in await database.fetch(STOCK, offers)]


async def orders_of(database: asyncpg.Connection, offers: Sequence[str]) -> list[OrderRecord]:
    return [OrderRecord(**row) for row in await database.fetch(ORDERS, offers)]


async def parts_of(
    database: asyncpg.Connection, offers: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Which placed orders each vendor has a part in, once each."""
    parts: dict[str, dict[str, int]] = {}
    for row in await database.fetch(PARTS, offers):
        parts.setdefault(row["vendor_id"], {})[row["order_id"]] = 1
    return parts


async def settled_within(database: asyncpg.Connection, timeout_s: float) -> int:
    """Wait until no payment is without outcome; how many still are when the time is up."""
    return await _none_within(database, UNSETTLED, timeout_s)


async def sequenced_within(database: asyncpg.Connection, timeout_s: float) -> int:
    """Wait until all facts have a position; how many have none when the time is up."""
    return await _none_within(database, UNSEQUENCED, timeout_s)


async def _none_within(database: asyncpg.Connection, question: str, timeout_s: float) -> int:
    deadline_s = time.monotonic() + timeout_s
    while count := int(await database.fetchval(question)):
        if time.monotonic() > deadline_s:
            return count
        await asyncio.sleep(POLL_INTERVAL_S)
    return 0
