"""An order in its account's list, and what is remembered to make it."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import OrderStatus
from plaza.contexts.payments.events import PaymentStatus
from plaza.kernel.money import Money

IMAGES_MAX = 4


class VendorOrderPart(msgspec.Struct, array_like=True):
    """What one vendor order adds to the order."""

    quantities: dict[int, int] = {}
    """How many units, by the rank of the first line that told of them."""
    images: dict[int, str] = {}
    """Of the first lines that have one, by rank."""
    canceled: int = 0


class HistoryParts(msgspec.Struct, array_like=True):
    """What the order, its vendor orders and its payment have said."""

    account_id: UUID | None = None
    number: str = ""
    currency: str = ""
    total: int = 0
    vendor_count: int = 0
    status: OrderStatus = "pending"
    payment_status: PaymentStatus = "none"
    created_at: datetime | None = None
    placed_at: datetime | None = None
    vendor_orders: dict[UUID, VendorOrderPart] = {}


class OrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    total: Money
    canceled: Money
    """What of the total is canceled."""
    placed_at: datetime | None
    created_at: datetime
    item_count: int
    """Units that were bought, canceled ones too."""
    vendor_count: int
    images: list[str]
    """Of the first lines that have one."""


class ShownOrder(OrderEntry, frozen=True, kw_only=True):
    """An order in the list as its reader gets it."""

    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class OrderList(msgspec.Struct, frozen=True):
    items: list[ShownOrder]
    next_cursor: str | None


class OrderRow(msgspec.Struct, frozen=True):
    order_id: UUID
    account_id: UUID
    status: str
    document: str
