"""What orders are now, told as facts.

When a vendor order was accepted, canceled or ended is not stored, because nobody shows it. The
facts told here say instead when the order was placed or, if it never was, made.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec

from plaza.contexts.ordering.events import (
    ENDINGS,
    CanceledLine,
    OrderCanceled,
    OrderCreated,
    OrderedLine,
    OrderEvent,
    OrderFailed,
    OrderPlaced,
    PlacedStatus,
    Totals,
    VendorOrderAccepted,
    VendorOrderCreated,
    VendorOrderEvent,
    VendorOrderLined,
    VendorOrderLinesCanceled,
    VendorOrderPlaced,
    in_pieces,
)
from plaza.kernel.rate import rate_text
from plaza.outbox.snapshot import Snapshot, Source, told

ORDERS = """
    SELECT o.id AS order_id, o.*, o.status_reason AS reason,
        coalesce(o.placed_at, o.created_at) AS canceled_at,
        ARRAY(SELECT v.vendor_id FROM ordering.vendor_order v WHERE v.order_id = o.id
            ORDER BY v.id) AS vendor_ids
    FROM ordering.order_group o ORDER BY o.id
"""
# Rates are stored as numbers with six decimals, and told as texts.
VENDOR_ORDERS = """
    SELECT v.id AS vendor_order_id, v.*, v.status_reason AS reason, o.number AS order_number,
        o.address_id, o.created_at AS taken_at, o.placed_at, o.acceptance_s, l.lines,
        o.placed_at + make_interval(secs => o.acceptance_s) AS first_accept_by,
        coalesce(o.placed_at, o.created_at) AS since
    FROM ordering.vendor_order v JOIN ordering.order_group o ON o.id = v.order_id
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(jsonb_set(to_jsonb(l), '{tax_rate}', to_jsonb(l.tax_rate::text))
            || jsonb_build_object('line_id', l.id) ORDER BY l.rank), '[]') AS lines
        FROM ordering.order_line l WHERE l.vendor_order_id = v.id) l
    ORDER BY v.id
"""

ENDED = {status: event for event, status in ENDINGS.items()}


class KeptLine(OrderedLine, frozen=True, kw_only=True):
    """A line with what of it is canceled."""

    canceled_quantity: int


def totals(row: asyncpg.Record) -> Totals:
    return Totals(**{name: row[name] for name in Totals.__struct_fields__})


def order(row: asyncpg.Record) -> Iterator[OrderEvent]:
    yield told(OrderCreated, row, totals=totals(row))
    if row["placed_at"] is not None:
        yield told(OrderPlaced, row)
    if row["status"] == "failed":
        yield told(OrderFailed, row)
    if row["status"] == "canceled":
        yield told(OrderCanceled, row)


def vendor_order(row: asyncpg.Record) -> Iterator[VendorOrderEvent]:
    kept = msgspec.json.decode(row["lines"], type=list[KeptLine])
    yield told(
        VendorOrderCreated,
        row,
        totals=totals(row),
        line_count=len(kept),
        created_at=row["taken_at"],
    )
    for rank, piece in in_pieces([_ordered(line) for line in kept]):
        yield told(VendorOrderLined, row, rank=rank, lines=piece)
    yield from _placed(row)
    canceled = [
        CanceledLine(line_id=line.line_id, canceled_quantity=line.canceled_quantity)
        for line in kept
        if line.canceled_quantity
    ]
    since: datetime = row["since"]
    if row["status"] in ENDED:
        yield told(ENDED[row["status"]], row, ended_at=since)
    elif canceled:
        yield told(VendorOrderLinesCanceled, row, lines=canceled, canceled_at=since)


def _placed(row: asyncpg.Record) -> Iterator[VendorOrderEvent]:
    """What is placed waits for its vendor, where vendors are asked at all."""
    if row["placed_at"] is None:
        return
    waits = row["acceptance_s"] is not None
    status: PlacedStatus = "pending_acceptance" if waits else "accepted"
    yield told(VendorOrderPlaced, row, status=status, accept_by=row["first_accept_by"])
    if waits and row["status"] in {"accepted", "completed"}:
        yield told(VendorOrderAccepted, row, accepted_at=row["since"])


def _ordered(line: KeptLine) -> OrderedLine:
    members: dict[str, Any] = {name: getattr(line, name) for name in OrderedLine.__struct_fields__}
    # The rate as the first fact told it: `0.2`, and not `0.200000`.
    return OrderedLine(**(members | {"tax_rate": rate_text(Decimal(line.tax_rate))}))


VENDOR_ORDER_TELLS = (
    *(VendorOrderCreated, VendorOrderLined, VendorOrderPlaced, VendorOrderAccepted),
    VendorOrderLinesCanceled,
)

snapshot = Snapshot(
    Source(tells=(OrderCreated, OrderPlaced, OrderFailed, OrderCanceled), sql=ORDERS, events=order),
    Source(
        tells=(*VENDOR_ORDER_TELLS, *ENDINGS),
        sql=VENDOR_ORDERS,
        events=vendor_order,
    ),
)
