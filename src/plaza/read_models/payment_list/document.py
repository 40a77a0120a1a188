"""A payment as operators see it, and what is remembered to make it."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.payments.events import PaymentStatus
from plaza.kernel.money import Money


class SharePart(msgspec.Struct, array_like=True):
    vendor_id: UUID
    status: PaymentStatus
    amount: int
    authorized: int
    captured: int
    voided: int
    refunded: int
    returning: int


class PaymentParts(msgspec.Struct, array_like=True):
    """What the payment, its shares and its order have said."""

    order_number: str = ""
    payment_id: UUID | None = None
    provider: str = ""
    currency: str = ""
    status: PaymentStatus = "pending"
    amount: int = 0
    authorized: int = 0
    captured: int = 0
    voided: int = 0
    refunded: int = 0
    code: str | None = None
    action_required: bool = False
    created_at: datetime | None = None
    shares: dict[UUID, SharePart] = {}


class ShareEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor order's part of a payment."""

    vendor_order_id: UUID
    vendor_id: UUID
    status: PaymentStatus
    amount: Money
    authorized: Money
    captured: Money
    voided: Money
    refunded: Money
    returning: Money
    """Asked for and not yet confirmed: will be voided or refunded."""


class PaymentEntry(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    order_id: UUID
    order_number: str
    provider: str
    status: PaymentStatus
    action_required: bool
    """Whether the shopper has to do something before it can go on."""
    code: str | None
    """Why the provider has last refused something, where nothing has succeeded since."""
    amount: Money
    authorized: Money
    captured: Money
    voided: Money
    refunded: Money
    created_at: datetime
    shares: list[ShareEntry]


class ShownPayment(PaymentEntry, frozen=True, kw_only=True):
    """A payment as its reader gets it."""

    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class PaymentList(msgspec.Struct, frozen=True):
    items: list[ShownPayment]
    next_cursor: str | None


class PaymentRow(msgspec.Struct, frozen=True):
    order_id: UUID
    provider: str
    status: str
    document: str
