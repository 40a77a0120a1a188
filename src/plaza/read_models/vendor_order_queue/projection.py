"""Which facts change what a vendor has to send, and how."""

from typing import get_args
from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import (
    ENDINGS,
    LINES_FACE,
    LinesFace,
    VendorOrderAccepted,
    VendorOrderCanceled,
    VendorOrderCreated,
    VendorOrderDeclined,
    VendorOrderEnded,
    VendorOrderExpired,
    VendorOrderFailed,
    VendorOrderLined,
    VendorOrderLinesCanceled,
    VendorOrderPlaced,
    VendorOrderStatus,
)
from plaza.contexts.payments.events import ShareChanged
from plaza.kernel.money import Money
from plaza.projecting.projection import Document, Projection
from plaza.read_models.vendor_order_queue.document import (
    QueueParts,
    QueueRow,
    QueueStatus,
    VendorOrderEntry,
)
from plaza.read_models.vendor_order_queue.lines import lines_rows

SHOWN: dict[VendorOrderStatus, QueueStatus] = {status: status for status in get_args(QueueStatus)}


def created(parts: QueueParts, event: VendorOrderCreated) -> None:
    parts.order_id, parts.vendor_id = event.order_id, event.vendor_id
    parts.address_id, parts.currency = event.address_id, event.currency
    parts.number, parts.order_number = event.number, event.order_number
    totals = event.totals
    parts.amounts = (
        totals.subtotal_minor,
        totals.delivery_minor,
        totals.discount_minor,
        totals.tax_minor,
        totals.total_minor,
    )


def lined(parts: QueueParts, event: VendorOrderLined) -> None:
    parts.quantities[event.rank] = sum(line.quantity for line in event.lines)


def placed(parts: QueueParts, event: VendorOrderPlaced) -> None:
    parts.status, parts.accept_by = event.status, event.accept_by
    parts.placed_at = event.placed_at


def accepted(parts: QueueParts, _: VendorOrderAccepted) -> None:
    parts.status, parts.accept_by = "accepted", None


def ended(parts: QueueParts, event: VendorOrderEnded) -> None:
    parts.status, parts.reason = ENDINGS[type(event)], event.reason
    parts.accept_by, parts.canceled = None, event.canceled_minor


def lines_canceled(parts: QueueParts, event: VendorOrderLinesCanceled) -> None:
    parts.canceled = event.canceled_minor


def shared(parts: QueueParts, event: ShareChanged) -> None:
    parts.payment_status = event.status


def queue_rows(vendor_order_id: UUID, parts: QueueParts) -> list[QueueRow]:
    """None of what was never placed."""
    entry = entry_of(vendor_order_id, parts)
    if entry is None or parts.vendor_id is None or parts.address_id is None:
        return []
    row = QueueRow(
        vendor_order_id=vendor_order_id,
        vendor_id=parts.vendor_id,
        address_id=parts.address_id,
        status=entry.status,
        digits=parts.number.replace("-", ""),
        placed_at=entry.placed_at,
        accept_by=parts.accept_by,
        document=msgspec.json.encode(entry).decode(),
    )
    return [row]


def entry_of(vendor_order_id: UUID, parts: QueueParts) -> VendorOrderEntry | None:
    status = SHOWN.get(parts.status)
    if status is None or parts.order_id is None or parts.placed_at is None:
        return None
    currency = parts.currency
    subtotal, delivery, discount, tax, total = parts.amounts
    return VendorOrderEntry(
        id=vendor_order_id,
        order_id=parts.order_id,
        number=parts.number,
        order_number=parts.order_number,
        status=status,
        status_reason=parts.reason,
        payment_status=parts.payment_status,
        placed_at=parts.placed_at,
        accept_by=parts.accept_by,
        subtotal=Money(subtotal, currency),
        delivery=Money(delivery, currency),
        discount=Money(discount, currency),
        tax=Money(tax, currency),
        total=Money(total, currency),
        canceled=Money(parts.canceled, currency),
        item_count=sum(parts.quantities.values()),
    )


PROJECTION = Projection(
    name="vendor_order_queue",
    schema_version=1,
    rest_ratio=10,
    documents=(
        Document(
            table="vendor_order_queue",
            key="vendor_order_id",
            parts=QueueParts,
            on={
                VendorOrderCreated: created,
                VendorOrderLined: lined,
                VendorOrderPlaced: placed,
                VendorOrderAccepted: accepted,
                VendorOrderDeclined: ended,
                VendorOrderExpired: ended,
                VendorOrderCanceled: ended,
                VendorOrderFailed: ended,
                VendorOrderLinesCanceled: lines_canceled,
                ShareChanged: shared,
            },
            rows=queue_rows,
        ),
        Document(
            table="vendor_order_queue_lines",
            key="vendor_order_id",
            parts=LinesFace,
            on=LINES_FACE,
            rows=lines_rows,
        ),
    ),
)
