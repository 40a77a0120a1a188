"""What stock is now, told as facts, and all that was ever moved."""

from collections.abc import Iterator

import asyncpg

from plaza.contexts.inventory.events import LocationCreated, StockingChanged, StockMoved
from plaza.kernel.event import Event
from plaza.outbox.snapshot import Snapshot, Source, told

LOCATIONS = """
    SELECT id AS location_id, 1 AS version, vendor_id, name, is_default, created_at
    FROM inventory.location ORDER BY id
"""
STOCKINGS = """
    SELECT k.offer_id AS stocking_id, k.* FROM inventory.stocking k ORDER BY k.offer_id
"""
MOVEMENT = """
    m.id AS movement_id, m.version, m.kind, m.on_hand_delta, m.reserved_delta, m.backordered_delta,
    m.reason, m.order_id, m.created_at AS moved_at, s.id AS stock_id, s.offer_id, s.variant_id,
    s.product_id, s.vendor_id, s.location_id
"""
# The last movement of a row has left what there is.
STOCK = f"""
    SELECT {MOVEMENT}, s.on_hand, s.reserved, s.backordered FROM inventory.stock s
    CROSS JOIN LATERAL (
        SELECT * FROM inventory.movement m WHERE m.stock_id = s.id
        ORDER BY m.version DESC, m.id DESC LIMIT 1) m
    ORDER BY s.id
"""
# The sums of its deltas are what a movement has left.
HISTORY = f"""
    SELECT {MOVEMENT}, sum(m.on_hand_delta) OVER w::bigint AS on_hand,
        sum(m.reserved_delta) OVER w::bigint AS reserved,
        sum(m.backordered_delta) OVER w::bigint AS backordered
    FROM inventory.movement m JOIN inventory.stock s ON s.id = m.stock_id
    WINDOW w AS (PARTITION BY m.stock_id ORDER BY m.version, m.id)
"""


def location(row: asyncpg.Record) -> Iterator[Event]:
    yield told(LocationCreated, row)


def stocking(row: asyncpg.Record) -> Iterator[Event]:
    yield told(StockingChanged, row)


def movement(row: asyncpg.Record) -> Iterator[Event]:
    yield told(StockMoved, row)


snapshot = Snapshot(
    Source(tells=(LocationCreated,), sql=LOCATIONS, events=location),
    Source(tells=(StockingChanged,), sql=STOCKINGS, events=stocking),
    # The present first: a document that is told of both keeps what it knows already.
    Source(tells=(StockMoved,), sql=STOCK, events=movement),
    Source(tells=(StockMoved,), sql=HISTORY, events=movement, is_history=True),
)
