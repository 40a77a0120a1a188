"""Which facts change an order's page, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import (
    ENDINGS,
    LINES_FACE,
    LinesFace,
    OrderCanceled,
    OrderCreated,
    OrderFailed,
    OrderPlaced,
    Totals,
    VendorOrderAccepted,
    VendorOrderCanceled,
    VendorOrderCreated,
    VendorOrderDeclined,
    VendorOrderEnded,
    VendorOrderEvent,
    VendorOrderExpired,
    VendorOrderFailed,
    VendorOrderLinesCanceled,
    VendorOrderPlaced,
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
    ShareChanged,
)
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.projecting.projection import Document, Projection
from plaza.read_models.order_page.document import (
    Amounts,
    OrderParts,
    PaymentPart,
    VendorOfOrder,
    VendorOrderPart,
    VendorRow,
)
from plaza.read_models.order_page.lines import lines_rows
from plaza.read_models.order_page.pages import order_rows


def created(parts: OrderParts, event: OrderCreated) -> None:
    parts.account_id, parts.address_id = event.account_id, event.address_id
    parts.number, parts.currency = event.number, event.currency
    parts.amounts, parts.created_at = amounts_of(event.totals), event.created_at


def placed(parts: OrderParts, event: OrderPlaced) -> None:
    parts.status, parts.placed_at = "placed", event.placed_at


def failed(parts: OrderParts, event: OrderFailed) -> None:
    parts.status, parts.reason = "failed", event.reason


def canceled(parts: OrderParts, event: OrderCanceled) -> None:
    parts.status, parts.reason = "canceled", event.reason


def vendor_order_of(parts: OrderParts, event: VendorOrderEvent | ShareChanged) -> VendorOrderPart:
    """The vendor order's part; its share of the payment may speak before it does."""
    return parts.vendor_orders.setdefault(event.vendor_order_id, VendorOrderPart(event.vendor_id))


def vendor_order_created(parts: OrderParts, event: VendorOrderCreated) -> None:
    part = vendor_order_of(parts, event)
    part.number, part.amounts = event.number, amounts_of(event.totals)


def vendor_order_placed(parts: OrderParts, event: VendorOrderPlaced) -> None:
    part = vendor_order_of(parts, event)
    part.status, part.accept_by = event.status, event.accept_by


def accepted(parts: OrderParts, event: VendorOrderAccepted) -> None:
    part = vendor_order_of(parts, event)
    part.status, part.accept_by = "accepted", None


def ended(parts: OrderParts, event: VendorOrderEnded) -> None:
    part = vendor_order_of(parts, event)
    part.status, part.reason, part.accept_by = ENDINGS[type(event)], event.reason, None
    part.canceled = event.canceled_minor


def lines_canceled(parts: OrderParts, event: VendorOrderLinesCanceled) -> None:
    vendor_order_of(parts, event).canceled = event.canceled_minor


def paid(parts: OrderParts, event: PaymentEvent) -> None:
    parts.payment = PaymentPart(
        id=event.payment_id,
        provider=event.provider,
        status=event.status,
        authorized=event.authorized_minor,
        captured=event.captured_minor,
        voided=event.voided_minor,
        refunded=event.refunded_minor,
        next_action=event.next_action if isinstance(event, PaymentActionRequired) else None,
        action_required=isinstance(event, PaymentActionRequired),
    )


def shared(parts: OrderParts, event: ShareChanged) -> None:
    vendor_order_of(parts, event).payment_status = event.status


def amounts_of(totals: Totals) -> Amounts:
    return (
        totals.subtotal_minor,
        totals.delivery_minor,
        totals.discount_minor,
        totals.tax_minor,
        totals.total_minor,
    )


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    document = msgspec.json.encode(VendorOfOrder(vendor_id, face.slug, face.name)).decode()
    return [VendorRow(vendor_id, document)]


PROJECTION = Projection(
    name="order_page",
    schema_version=2,
    rest_ratio=10,
    rest_s_max=0.05,
    documents=(
        Document(
            table="order_page",
            key="order_id",
            parts=OrderParts,
            on={
                OrderCreated: created,
                OrderPlaced: placed,
                OrderFailed: failed,
                OrderCanceled: canceled,
                VendorOrderCreated: vendor_order_created,
                VendorOrderPlaced: vendor_order_placed,
                VendorOrderAccepted: accepted,
                VendorOrderDeclined: ended,
                VendorOrderExpired: ended,
                VendorOrderCanceled: ended,
                VendorOrderFailed: ended,
                VendorOrderLinesCanceled: lines_canceled,
                PaymentRequested: paid,
                PaymentActionRequired: paid,
                PaymentAuthorized: paid,
                PaymentCaptured: paid,
                PaymentDeclined: paid,
                PaymentVoided: paid,
                PaymentRefunded: paid,
                PaymentReturnFailed: paid,
                ShareChanged: shared,
            },
            rows=order_rows,
        ),
        Document(
            table="order_page_lines",
            key="vendor_order_id",
            parts=LinesFace,
            on=LINES_FACE,
            rows=lines_rows,
        ),
        Document(
            table="order_page_vendor",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
        ),
    ),
)
