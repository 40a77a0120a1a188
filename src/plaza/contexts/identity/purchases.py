"""What is held about a person who buys, as the export tells it."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.money import Money


class HeldAddress(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str
    phone: str | None


class HeldCartLine(msgspec.Struct, frozen=True, kw_only=True):
    offer_id: UUID
    product_id: UUID
    quantity: int


class HeldCart(msgspec.Struct, frozen=True, kw_only=True):
    """Also one that was completed, until the sweep forgets it."""

    id: UUID
    status: str
    created_at: datetime
    expires_at: datetime
    email: str | None
    address: HeldAddress | None
    lines: list[HeldCartLine]


class HeldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought is told by `GET /v1/orders/{id}`."""

    id: UUID
    number: str
    status: str
    created_at: datetime
    placed_at: datetime | None
    total: Money
    email: str | None
    address: HeldAddress | None


class HeldPurchases(msgspec.Struct, frozen=True, kw_only=True):
    addresses: list[HeldAddress]
    """Kept for later."""
    carts: list[HeldCart]
    orders: list[HeldOrder]
