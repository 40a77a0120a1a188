"""Which facts change an account's list of orders, and how."""

from itertools import chain
from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import (
    OrderCanceled,
    OrderCreated,
    OrderFailed,
    OrderPlaced,
    VendorOrderCanceled,
    VendorOrderDeclined,
    VendorOrderEnded,
    VendorOrderEvent,
    VendorOrderExpired,
    VendorOrderFailed,
    VendorOrderLined,
    VendorOrderLinesCanceled,
)
from plaza.contexts.payments.events import (
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeclined,
    PaymentEvent,
    PaymentRefunded,
    PaymentRequested,
    PaymentReturnFailed,
    PaymentVoided,
)
from plaza.kernel.money import Money
from plaza.projecting.projection import Document, Projection
from plaza.read_models.order_history.document import (
    IMAGES_MAX,
    HistoryParts,
    OrderEntry,
    OrderRow,
    VendorOrderPart,
)


def created(parts: HistoryParts, event: OrderCreated) -> None:
    parts.account_id, parts.number = event.account_id, event.number
    parts.currency, parts.total = event.currency, event.totals.total_minor
    parts.vendor_count, parts.created_at = len(event.vendor_ids), event.created_at


def placed(parts: HistoryParts, event: OrderPlaced) -> None:
    parts.status, parts.placed_at = "placed", event.placed_at


def failed(parts: HistoryParts, _: OrderFailed) -> None:
    parts.status = "failed"


def canceled(parts: HistoryParts, _: OrderCanceled) -> None:
    parts.status = "canceled"


def vendor_order_of(parts: HistoryParts, event: VendorOrderEvent) -> VendorOrderPart:
    return parts.vendor_orders.setdefault(event.vendor_order_id, VendorOrderPart())


def lined(parts: HistoryParts, event: VendorOrderLined) -> None:
    part = vendor_order_of(parts, event)
    part.quantities[event.rank] = sum(line.quantity for line in event.lines)
    ranked = enumerate(event.lines, event.rank)
    part.images |= {rank: line.image for rank, line in ranked if line.image is not None}
    part.images = {rank: part.images[rank] for rank in sorted(part.images)[:IMAGES_MAX]}


def partly_canceled(
    parts: HistoryParts, event: VendorOrderLinesCanceled | VendorOrderEnded
) -> None:
    vendor_order_of(parts, event).canceled = event.canceled_minor


def paid(parts: HistoryParts, event: PaymentEvent) -> None:
    parts.payment_status = event.status


def order_rows(order_id: UUID, parts: HistoryParts) -> list[OrderRow]:
    """None for guests, who have no list."""
    if parts.account_id is None or parts.created_at is None:
        return []
    vendor_orders = parts.vendor_orders.values()
    images = chain.from_iterable(part.images.values() for part in vendor_orders)
    entry = OrderEntry(
        id=order_id,
        number=parts.number,
        status=parts.status,
        payment_status=parts.payment_status,
        total=Money(parts.total, parts.currency),
        canceled=Money(sum(part.canceled for part in vendor_orders), parts.currency),
        placed_at=parts.placed_at,
        created_at=parts.created_at,
        item_count=sum(sum(part.quantities.values()) for part in vendor_orders),
        vendor_count=parts.vendor_count,
        images=list(images)[:IMAGES_MAX],
    )
    document = msgspec.json.encode(entry).decode()
    return [OrderRow(order_id, parts.account_id, parts.status, document)]


PROJECTION = Projection(
    name="order_history",
    schema_version=1,
    rest_ratio=10,
    documents=(
        Document(
            table="order_history",
            key="order_id",
            parts=HistoryParts,
            on={
                OrderCreated: created,
                OrderPlaced: placed,
                OrderFailed: failed,
                OrderCanceled: canceled,
                VendorOrderLined: lined,
                VendorOrderLinesCanceled: partly_canceled,
                VendorOrderDeclined: partly_canceled,
                VendorOrderExpired: partly_canceled,
                VendorOrderCanceled: partly_canceled,
                VendorOrderFailed: partly_canceled,
                PaymentRequested: paid,
                PaymentActionRequired: paid,
                PaymentAuthorized: paid,
                PaymentCaptured: paid,
                PaymentDeclined: paid,
                PaymentVoided: paid,
                PaymentRefunded: paid,
                PaymentReturnFailed: paid,
            },
            rows=order_rows,
        ),
    ),
)
