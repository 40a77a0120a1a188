"""An order as who bought it sees it, and what is remembered to make it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import OrderStatus, VendorOrderStatus
from plaza.contexts.payments.events import NextAction, PaymentStatus
from plaza.kernel.money import Money
from plaza.reading.postal_address import PostalAddress

FulfilmentStatus = Literal["open", "canceled"]

Amounts = tuple[int, int, int, int, int]
"""Subtotal, delivery, discount, tax and total, in minor units."""


class PaymentPart(msgspec.Struct, array_like=True):
    id: UUID
    provider: str
    status: PaymentStatus
    authorized: int
    captured: int
    voided: int
    refunded: int
    next_action: NextAction | None
    action_required: bool


class VendorOrderPart(msgspec.Struct, array_like=True):
    """What one vendor order has said of itself, but for its lines."""

    vendor_id: UUID
    number: str = ""
    amounts: Amounts = (0, 0, 0, 0, 0)
    status: VendorOrderStatus = "pending"
    reason: str | None = None
    accept_by: datetime | None = None
    canceled: int = 0
    payment_status: PaymentStatus = "none"


class OrderParts(msgspec.Struct, array_like=True):
    """What the order, its vendor orders and its payment have said."""

    account_id: UUID | None = None
    address_id: UUID | None = None
    number: str = ""
    currency: str = ""
    amounts: Amounts = (0, 0, 0, 0, 0)
    status: OrderStatus = "pending"
    reason: str | None = None
    created_at: datetime | None = None
    placed_at: datetime | None = None
    payment: PaymentPart | None = None
    vendor_orders: dict[UUID, VendorOrderPart] = {}


class LineOnPage(msgspec.Struct, frozen=True, kw_only=True):
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


class VendorOfOrder(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str


class VendorOrderHead(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor order but for its vendor and its lines, which are joined when it is read."""

    id: UUID
    number: str
    status: VendorOrderStatus
    status_reason: str | None
    payment_status: PaymentStatus
    subtotal: Money
    delivery: Money
    discount: Money
    tax: Money
    total: Money
    canceled: Money
    """What of the total is canceled."""
    accept_by: datetime | None
    """Until when its vendor has to accept it, where one has to."""


class VendorOrderOnPage(VendorOrderHead, frozen=True, kw_only=True):
    """One vendor's part of the order as the reader gets it."""

    vendor: VendorOfOrder
    lines: list[LineOnPage]


class PaymentOnPage(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    provider: str
    status: PaymentStatus
    action_required: bool
    """Whether the shopper has to do something before it can go on."""
    next_action: NextAction | None
    """What that is, as the order was answered with it."""
    authorized: Money
    captured: Money
    voided: Money
    refunded: Money


class OrderHead(msgspec.Struct, frozen=True, kw_only=True):
    """The order but for its parts and who it goes to."""

    id: UUID
    number: str
    status: OrderStatus
    status_reason: str | None
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    created_at: datetime
    placed_at: datetime | None
    subtotal: Money
    delivery: Money
    discount: Money
    tax: Money
    total: Money
    canceled: Money
    """What of the total is canceled."""
    refund_due: Money
    """What was taken and is neither owed any more nor given back yet."""
    payment: PaymentOnPage | None


class OrderPage(OrderHead, frozen=True, kw_only=True):
    """The order as its reader gets it."""

    vendor_orders: list[VendorOrderOnPage]
    email: str | None
    """Where guests are written to; None for accounts, and where it is forgotten."""
    address: PostalAddress | None
    """None where it is forgotten."""
    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class OrderRow(msgspec.Struct, frozen=True):
    order_id: UUID
    account_id: UUID | None
    address_id: UUID
    document: str
    vendor_orders: str
    """A JSON list of `[id, document]`, in the order in which they were made."""


class LinesRow(msgspec.Struct, frozen=True):
    vendor_order_id: UUID
    order_id: UUID
    vendor_id: UUID
    account_id: UUID | None
    lines: str


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    document: str
