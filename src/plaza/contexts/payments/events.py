"""What payments say has happened: each fact carries the amounts that it left."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from plaza.kernel.event import Event

PaymentStatus = Literal[
    "none",
    "pending",
    "authorized",
    "partially_paid",
    "paid",
    "overpaid",
    "partially_refunded",
    "refunded",
    "voided",
    "failed",
]


class NextAction(msgspec.Struct, frozen=True, kw_only=True):
    """What the shopper has to do before the payment can go on."""

    type: Literal["redirect", "bank_transfer", "wait"]
    url: str | None = None
    """Where the storefront sends the shopper."""
    reference: str | None = None
    """What a bank transfer has to name."""


WAITING = NextAction(type="wait")


class PaymentEvent(Event, frozen=True, kw_only=True):
    """Of the payment of one order, whole."""

    AGGREGATE: ClassVar[str] = "payment"

    payment_id: UUID
    order_id: UUID
    account_id: UUID | None
    provider: str
    currency: str
    status: PaymentStatus
    amount_minor: int
    """What the order costs."""
    authorized_minor: int
    captured_minor: int
    voided_minor: int
    refunded_minor: int


class PaymentRequested(
    PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_requested.v1"
):
    created_at: datetime


class PaymentActionRequired(
    PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_action_required.v1"
):
    """The shopper has to do something first: confirm at the bank, or transfer."""

    next_action: NextAction | None = None
    """None in older facts, which did not tell it."""


class PaymentAuthorized(
    PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_authorized.v1"
):
    pass


class PaymentCaptured(PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_captured.v1"):
    pass


class PaymentDeclined(PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_declined.v1"):
    code: str


class PaymentVoided(PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_voided.v1"):
    """All or a part of what was authorized is not going to be captured."""


class PaymentRefunded(PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_refunded.v1"):
    """All or a part of what was captured has been given back."""


class PaymentReturnFailed(
    PaymentEvent, frozen=True, kw_only=True, tag="payments.payment_return_failed.v1"
):
    """The provider has refused a refund or a void for good; an operator has to see to it."""

    code: str


class ShareChanged(Event, frozen=True, kw_only=True, tag="payments.share_changed.v1"):
    """One vendor order's part of a payment."""

    AGGREGATE: ClassVar[str] = "share"

    share_id: UUID
    payment_id: UUID
    order_id: UUID
    vendor_order_id: UUID
    vendor_id: UUID
    account_id: UUID | None
    currency: str
    status: PaymentStatus
    amount_minor: int
    authorized_minor: int
    captured_minor: int
    voided_minor: int
    refunded_minor: int
    returning_minor: int
    """Asked for and not yet confirmed: will be voided or refunded."""


def payment_status_of(
    *, amount: int, authorized: int, captured: int, voided: int, refunded: int
) -> PaymentStatus:
    """What the amounts mean, for a payment and for a share; all are in minor units.

    `failed` does not follow from amounts: a payment is set to it when it is given up.
    """
    if amount == 0:
        return "none"
    if captured == 0:
        if voided >= amount:
            return "voided"
        return "authorized" if authorized > 0 else "pending"
    if refunded > 0:
        return "refunded" if refunded >= captured else "partially_refunded"
    due = amount - voided
    if captured == due:
        return "paid"
    return "overpaid" if captured > due else "partially_paid"
