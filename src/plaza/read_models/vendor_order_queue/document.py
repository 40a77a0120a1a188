"""A vendor order as its vendor sees it, and what is remembered to make it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import VendorOrderStatus
from plaza.contexts.payments.events import PaymentStatus
from plaza.kernel.money import Money
from plaza.reading.postal_address import PostalAddress

QueueStatus = Literal[
    "pending_acceptance", "accepted", "completed", "declined", "expired", "canceled"
]
"""The states of what was placed; what is pending or has failed is nothing to the vendor."""

Amounts = tuple[int, int, int, int, int]
"""Subtotal, delivery, discount, tax and total, in minor units."""


class QueueParts(msgspec.Struct, array_like=True):
    """What the vendor order and its share of the payment have said, but for its lines."""

    order_id: UUID | None = None
    vendor_id: UUID | None = None
    address_id: UUID | None = None
    number: str = ""
    order_number: str = ""
    currency: str = ""
    amounts: Amounts = (0, 0, 0, 0, 0)
    status: VendorOrderStatus = "pending"
    reason: str | None = None
    payment_status: PaymentStatus = "none"
    placed_at: datetime | None = None
    accept_by: datetime | None = None
    canceled: int = 0
    quantities: dict[int, int] = {}
    """How many units, by the rank of the first line that told of them."""


class LineToSend(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    options: dict[str, str]
    sku: str | None
    image: str | None
    product_id: UUID
    variant_id: UUID
    offer_id: UUID
    quantity: int
    canceled_quantity: int
    unit_price: Money
    subtotal: Money
    discount: Money
    tax_rate: str
    """A decimal, as in `0.2`."""
    tax: Money
    total: Money
    canceled: Money
    """What of the total is canceled."""
    canceled_tax: Money


class VendorOrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor order in the list."""

    id: UUID
    order_id: UUID
    number: str
    order_number: str
    status: QueueStatus
    status_reason: str | None
    payment_status: PaymentStatus
    placed_at: datetime
    accept_by: datetime | None
    """Until when it has to be accepted, where that is still to be done."""
    subtotal: Money
    delivery: Money
    discount: Money
    tax: Money
    total: Money
    canceled: Money
    """What of the total is canceled."""
    item_count: int
    """Units that were bought, canceled ones too."""


class VendorOrderInQueue(VendorOrderEntry, frozen=True, kw_only=True):
    """A vendor order in the list as its reader gets it."""

    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class VendorOrderToSend(VendorOrderEntry, frozen=True, kw_only=True):
    """One vendor order, whole."""

    lines: list[LineToSend]
    address: PostalAddress | None
    """None where it is forgotten."""
    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class VendorOrderList(msgspec.Struct, frozen=True):
    items: list[VendorOrderInQueue]
    next_cursor: str | None
    counts: dict[QueueStatus, int]
    """How many there are in each state, whatever the page is narrowed to."""


class QueueRow(msgspec.Struct, frozen=True):
    vendor_order_id: UUID
    vendor_id: UUID
    address_id: UUID
    status: str
    digits: str
    """The number without hyphens."""
    placed_at: datetime
    accept_by: datetime | None
    document: str


class LinesRow(msgspec.Struct, frozen=True):
    vendor_order_id: UUID
    vendor_id: UUID
    lines: str
