"""Movements of stock as rows of the history, and as facts."""

from collections.abc import Collection
from datetime import datetime

import asyncpg

from plaza.contexts.inventory.events import StockMoved
from plaza.contexts.inventory.stock import Movement, Stock

WRITE = """
    INSERT INTO inventory.movement (id, stock_id, vendor_id, kind, on_hand_delta, reserved_delta,
        backordered_delta, reason, order_id, version, actor, created_at)
    SELECT *, $11, $12::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[],
        $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::uuid[], $10::bigint[])
"""


async def write_movements(
    rows: Collection[Stock], connection: asyncpg.Connection, actor: str, moved_at: datetime
) -> None:
    """Append the rows' movements to the history."""
    values = [
        (
            *(made.id, row.id, row.vendor_id, made.kind, *made.deltas),
            *(made.reason, made.order_id, made.version),
        )
        for row in rows
        for made in row.movements
    ]
    if values:
        columns = map(list, zip(*values, strict=True))
        await connection.execute(WRITE, *columns, actor, moved_at)


def moved_fact(row: Stock, made: Movement, moved_at: datetime) -> StockMoved:
    return StockMoved(
        stock_id=row.id,
        version=made.version,
        movement_id=made.id,
        offer_id=row.offer_id,
        variant_id=row.variant_id,
        product_id=row.product_id,
        vendor_id=row.vendor_id,
        location_id=row.location_id,
        kind=made.kind,
        on_hand_delta=made.deltas.on_hand,
        reserved_delta=made.deltas.reserved,
        backordered_delta=made.deltas.backordered,
        on_hand=made.left.on_hand,
        reserved=made.left.reserved,
        backordered=made.left.backordered,
        reason=made.reason,
        order_id=made.order_id,
        moved_at=moved_at,
    )
