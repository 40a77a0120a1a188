"""Whether stock adds up: its rows, their movements, what is reserved of them and for whom."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.settings import Settings

CHUNK_ROWS = 2_000
OVERDUE_AFTER_S = 60
"""How long a cart's reservation may be past its time: a sweeper comes by until then."""

RowCheck = Literal[
    "on_hand_is_sum_of_movements",
    "reserved_is_sum_of_movements",
    "backordered_is_sum_of_movements",
    "reserved_is_sum_of_reservations",
    "backordered_is_sum_of_reservations",
    "reserved_is_on_hand",
]
HolderCheck = Literal["order_is_pending", "order_is_placed", "cart_is_in_time"]
Check = RowCheck | HolderCheck

# A chunk is one statement, so that all of it is of one moment and no command in between looks
# like a difference. A row's history is looked up by its index, however much other history there is.
ROWS = """
    SELECT c.name AS check, s.id AS stock_id, s.offer_id, s.vendor_id, c.expected, c.found
    FROM inventory.stock s
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(on_hand_delta), 0)::bigint AS on_hand,
            coalesce(sum(reserved_delta), 0)::bigint AS reserved,
            coalesce(sum(backordered_delta), 0)::bigint AS backordered
        FROM inventory.movement WHERE stock_id = s.id) moved
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(quantity), 0)::bigint AS reserved,
            coalesce(sum(backordered), 0)::bigint AS backordered
        FROM inventory.reservation
        WHERE stock_id = s.id AND status IN ('held', 'committed')) owed
    CROSS JOIN LATERAL (VALUES
        ('on_hand_is_sum_of_movements', moved.on_hand, s.on_hand),
        ('reserved_is_sum_of_movements', moved.reserved, s.reserved),
        ('backordered_is_sum_of_movements', moved.backordered, s.backordered),
        ('reserved_is_sum_of_reservations', owed.reserved, s.reserved),
        ('backordered_is_sum_of_reservations', owed.backordered, s.backordered),
        ('reserved_is_on_hand', greatest(0, least(s.reserved, s.on_hand)), s.reserved)
    ) AS c (name, expected, found)
    WHERE s.id > $1 AND s.id <= $2 AND c.expected <> c.found
    ORDER BY s.id
"""

# What has ended, is missing or is over by more than the time that a sweeper takes.
HOLDERS = """
    SELECT CASE WHEN r.cart_id IS NOT NULL THEN 'cart_is_in_time'
            WHEN r.status = 'held' THEN 'order_is_pending' ELSE 'order_is_placed' END AS check,
        r.stock_id, r.offer_id, r.vendor_id, r.id AS reservation_id, r.order_id, r.cart_id,
        coalesce(g.status, '') AS order_status, r.quantity + r.backordered AS found,
        0::bigint AS expected
    FROM inventory.reservation r
    LEFT JOIN ordering.order_group g ON g.id = r.order_id
    WHERE r.stock_id > $1 AND r.stock_id <= $2 AND r.status IN ('held', 'committed') AND CASE
        WHEN r.cart_id IS NOT NULL
            THEN r.expires_at < clock_timestamp() - make_interval(secs => $3)
        WHEN r.status = 'held' THEN g.status IS DISTINCT FROM 'pending'
        ELSE g.status IS DISTINCT FROM 'placed' END
    ORDER BY r.stock_id, r.id
"""

BOUND = """
    SELECT count(*), (array_agg(id ORDER BY id DESC))[1] AS last
    FROM (SELECT id FROM inventory.stock WHERE id > $1 ORDER BY id LIMIT $2) AS chunk
"""
COUNT = "SELECT count(*) FROM inventory.stock"
FIRST = UUID(int=0)

Progress = Callable[[int, int], None]
"""Told how many rows are looked at, and of how many."""


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that does not add up.

    Attributes:
        check: what should be so.
        expected: what the row should say; 0 for a reservation that should be over.
        found: what it says, or the units of the reservation.
        order_status: of the order that holds the reservation; empty where there is no such order.
    """

    check: Check
    stock_id: UUID
    offer_id: UUID
    vendor_id: UUID
    expected: int
    found: int
    reservation_id: UUID | None = None
    order_id: UUID | None = None
    cart_id: UUID | None = None
    order_status: str | None = None

    @property
    def is_of_row(self) -> bool:
        """Whether it is about the row, and not about who holds something of it."""
        return self.reservation_id is None


@asynccontextmanager
async def reading_stock(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everybody's stock and changes nothing."""
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_app",
            "plaza.scope": "market",
            "default_transaction_read_only": "on",
            "application_name": "plaza stock",
            "jit": "off",
        },
    )
    try:
        yield connection
    finally:
        await connection.close()


async def found_differences(
    connection: asyncpg.Connection, progress: Progress, *, chunk_rows: int = CHUNK_ROWS
) -> AsyncIterator[Difference]:
    """What does not add up, stock row after stock row; a chunk of rows is held in memory at most.

    Args:
        connection: from `reading_stock`.
        progress: told after each chunk.
        chunk_rows: rows looked at together.
    """
    total, done, behind = await connection.fetchval(COUNT), 0, FIRST
    progress(0, total)
    while True:
        (bound,) = await connection.fetch(BOUND, behind, chunk_rows)
        if not bound["count"]:
            return
        for row in await connection.fetch(ROWS, behind, bound["last"]):
            yield Difference(**dict(row))
        for row in await connection.fetch(HOLDERS, behind, bound["last"], OVERDUE_AFTER_S):
            yield Difference(**dict(row))
        done, behind = done + bound["count"], bound["last"]
        progress(done, max(done, total))
