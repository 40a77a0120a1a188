"""A product's page, and what is remembered to make it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from plaza.kernel.money import Money


class OfferPart(msgspec.Struct):
    variant_id: UUID
    vendor_id: UUID
    prices: list[tuple[str, int, int | None]] = []
    """Currency, amount and the amount it is compared with."""
    active: bool = True
    available: dict[UUID, int] = {}
    """By stock row: what is on hand and not reserved."""
    allows_backorder: bool = False

    @property
    def in_stock(self) -> bool:
        """Whether it can be bought now, be it before it has come in."""
        return self.allows_backorder or sum(self.available.values()) > 0


class PageParts(msgspec.Struct):
    """What the product, its offers and their stock have said."""

    vendor_id: UUID | None = None
    described: dict[str, Any] = {}
    category_id: UUID | None = None
    published_at: datetime | None = None
    listed: bool = False
    offers: dict[UUID, OfferPart] = {}


class PictureOnPage(msgspec.Struct, frozen=True):
    url: str
    alt: str


class VariantOnPage(msgspec.Struct, frozen=True):
    id: UUID
    option_values: dict[str, str]
    barcode: str | None
    weight_grams: int | None


class PriceOnPage(msgspec.Struct, frozen=True):
    price: Money
    compare_at_price: Money | None


class VendorOnPage(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str


class CategoryOnPage(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str


class OfferOnPage(msgspec.Struct, frozen=True):
    """One vendor's offer of one variant; how many it has is its own affair."""

    id: UUID
    variant_id: UUID
    vendor_id: UUID
    prices: list[PriceOnPage]
    in_stock: bool


class ShownOffer(OfferOnPage, frozen=True, kw_only=True):
    """An offer as the reader gets it."""

    vendor: VendorOnPage


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """The page but for category and offers, which are joined when it is read."""

    id: UUID
    slug: str
    title: str
    description: str
    brand: str | None
    attributes: dict[str, str]
    options: list[str]
    media: list[PictureOnPage]
    variants: list[VariantOnPage]
    published_at: datetime


class ProductPage(Described, frozen=True, kw_only=True):
    """A product's page as its reader gets it."""

    category: CategoryOnPage | None
    offers: list[ShownOffer]
    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class PageRow(msgspec.Struct, frozen=True):
    product_id: UUID
    slug: str
    vendor_id: UUID
    category_id: UUID | None
    document: str
    offers: str


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    listed: bool
    document: str


class CategoryRow(msgspec.Struct, frozen=True):
    category_id: UUID
    document: str
