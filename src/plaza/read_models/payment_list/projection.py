"""Which facts change what operators see of payments, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import OrderCreated
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
from plaza.kernel.money import Money
from plaza.projecting.projection import Document, Projection
from plaza.read_models.payment_list.document import (
    PaymentEntry,
    PaymentParts,
    PaymentRow,
    ShareEntry,
    SharePart,
)


def ordered(parts: PaymentParts, event: OrderCreated) -> None:
    parts.order_number = event.number


def requested(parts: PaymentParts, event: PaymentRequested) -> None:
    moved(parts, event)
    parts.created_at = event.created_at


def moved(parts: PaymentParts, event: PaymentEvent) -> None:
    parts.payment_id, parts.provider = event.payment_id, event.provider
    parts.currency, parts.status = event.currency, event.status
    parts.amount, parts.authorized = event.amount_minor, event.authorized_minor
    parts.captured, parts.voided = event.captured_minor, event.voided_minor
    parts.refunded, parts.code = event.refunded_minor, None
    parts.action_required = isinstance(event, PaymentActionRequired)


def refused(parts: PaymentParts, event: PaymentDeclined | PaymentReturnFailed) -> None:
    moved(parts, event)
    parts.code = event.code


def shared(parts: PaymentParts, event: ShareChanged) -> None:
    parts.shares[event.vendor_order_id] = SharePart(
        vendor_id=event.vendor_id,
        status=event.status,
        amount=event.amount_minor,
        authorized=event.authorized_minor,
        captured=event.captured_minor,
        voided=event.voided_minor,
        refunded=event.refunded_minor,
        returning=event.returning_minor,
    )


def payment_rows(order_id: UUID, parts: PaymentParts) -> list[PaymentRow]:
    if parts.payment_id is None or parts.created_at is None:
        return []
    currency = parts.currency
    entry = PaymentEntry(
        id=parts.payment_id,
        order_id=order_id,
        order_number=parts.order_number,
        provider=parts.provider,
        status=parts.status,
        action_required=parts.action_required,
        code=parts.code,
        amount=Money(parts.amount, currency),
        authorized=Money(parts.authorized, currency),
        captured=Money(parts.captured, currency),
        voided=Money(parts.voided, currency),
        refunded=Money(parts.refunded, currency),
        created_at=parts.created_at,
        shares=[share_entry(held, share, currency) for held, share in parts.shares.items()],
    )
    document = msgspec.json.encode(entry).decode()
    return [PaymentRow(order_id, parts.provider, parts.status, document)]


def share_entry(vendor_order_id: UUID, share: SharePart, currency: str) -> ShareEntry:
    return ShareEntry(
        vendor_order_id=vendor_order_id,
        vendor_id=share.vendor_id,
        status=share.status,
        amount=Money(share.amount, currency),
        authorized=Money(share.authorized, currency),
        captured=Money(share.captured, currency),
        voided=Money(share.voided, currency),
        refunded=Money(share.refunded, currency),
        returning=Money(share.returning, currency),
    )


PROJECTION = Projection(
    name="payment_list",
    schema_version=1,
    rest_ratio=10,
    documents=(
        Document(
            table="payment_list",
            key="order_id",
            parts=PaymentParts,
            on={
                OrderCreated: ordered,
                PaymentRequested: requested,
                PaymentActionRequired: moved,
                PaymentAuthorized: moved,
                PaymentCaptured: moved,
                PaymentDeclined: refused,
                PaymentVoided: moved,
                PaymentRefunded: moved,
                PaymentReturnFailed: refused,
                ShareChanged: shared,
            },
            rows=payment_rows,
        ),
    ),
)
