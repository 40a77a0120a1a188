"""A card of the listing, and what is remembered to make it."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.money import Money


class OfferPart(msgspec.Struct):
    """One offer of the product."""

    vendor_id: UUID
    prices: dict[str, tuple[int, int | None]] = {}
    """By currency: amount and the amount it is compared with."""
    active: bool = True
    available: dict[UUID, int] = {}
    """By stock row: what is on hand and not reserved."""
    allows_backorder: bool = False

    @property
    def in_stock(self) -> bool:
        """Whether it can be bought now, be it before it has come in."""
        return self.allows_backorder or sum(self.available.values()) > 0


class ListingParts(msgspec.Struct):
    """What the product, its offers and their stock have said."""

    slug: str = ""
    title: str = ""
    brand: str | None = None
    category_id: UUID | None = None
    image: str | None = None
    published_at: datetime | None = None
    listed: bool = False
    offers: dict[UUID, OfferPart] = {}


class Rating(msgspec.Struct, frozen=True):
    average: float | None = None
    count: int = 0


class Card(msgspec.Struct, frozen=True):
    """An item of the listing, but for what depends on its vendors and category when it is read."""

    id: UUID
    slug: str
    title: str
    brand: str | None
    offer_id: UUID
    price: Money
    compare_at_price: Money | None
    in_stock: bool
    image: str | None
    rating: Rating = Rating()


class VendorOfCard(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str


class CategoryOfCard(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str


class ListedProduct(Card, frozen=True, kw_only=True):
    """An item of the listing as its reader gets it."""

    price_max: Money
    offer_count: int
    """Of vendors that are listed, as the highest price is."""
    vendor: VendorOfCard
    category: CategoryOfCard | None
    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class ProductList(msgspec.Struct, frozen=True):
    """A page of the listing."""

    items: list[ListedProduct]
    next_cursor: str | None


class ListingRow(msgspec.Struct, frozen=True):
    """A vendor's offers of a product in a currency.

    Attributes:
        vendor_count: how many vendors offer the product in the currency, listed or not.
        offer_count: how many offers the vendor has, of which `price_max_minor` is the dearest.
    """

    product_id: UUID
    currency: str
    rank: int
    vendor_id: UUID
    category_id: UUID | None
    brand: str | None
    price_minor: int
    in_stock: bool
    published_at: datetime
    vendor_count: int
    offer_count: int
    price_max_minor: int
    card: str


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    slug: str
    listed: bool
    document: str


class FormerSlugRow(msgspec.Struct, frozen=True):
    """A slug under which a vendor was known before; whoever asks by it means the vendor."""

    vendor_id: UUID
    slug: str


class CategoryRow(msgspec.Struct, frozen=True):
    category_id: UUID
    parent_id: UUID | None
    slug: str
    document: str
