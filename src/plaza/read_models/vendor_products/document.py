"""A product as its vendor sees it, and what is remembered to make it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from plaza.kernel.money import Money


class OfferPart(msgspec.Struct):
    variant_id: UUID
    vendor_id: UUID
    version: int = 0
    sku: str | None = None
    prices: list[tuple[str, int, int | None]] = []
    """Currency, amount and the amount it is compared with."""
    active: bool = True
    stock: dict[UUID, tuple[int, int]] = {}
    """By stock row: on hand, reserved."""


class ProductParts(msgspec.Struct):
    """What the product, its offers and their stock have said."""

    author_id: UUID | None = None
    described: dict[str, Any] = {}
    version: int = 0
    status: str = "draft"
    offers: dict[UUID, OfferPart] = {}


class OwnPrice(msgspec.Struct, frozen=True):
    price: Money
    compare_at_price: Money | None


class OwnOffer(msgspec.Struct, frozen=True):
    """The vendor's own offer; `version` is what If-Match wants."""

    id: UUID
    variant_id: UUID
    sku: str | None
    status: str
    version: int
    prices: list[OwnPrice]
    on_hand: int
    reserved: int
    available: int


class OwnVariant(msgspec.Struct, frozen=True):
    id: UUID
    option_values: dict[str, str]
    barcode: str | None
    weight_grams: int | None


class OwnPicture(msgspec.Struct, frozen=True):
    url: str
    alt: str


class OwnProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product that the vendor has described or offers."""

    id: UUID
    slug: str
    status: str
    version: int
    is_author: bool
    title: str
    description: str
    category_id: UUID | None
    brand: str | None
    attributes: dict[str, str]
    options: list[str]
    media: list[OwnPicture]
    variants: list[OwnVariant]
    offers: list[OwnOffer]


class ShownProduct(OwnProduct, frozen=True, kw_only=True):
    """One product by itself, as its vendor gets it."""

    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class OwnProductList(msgspec.Struct, frozen=True):
    items: list[ShownProduct]
    next_cursor: str | None


class OwnProductRow(msgspec.Struct, frozen=True):
    product_id: UUID
    vendor_id: UUID
    status: str
    document: str
