"""A card of the bestsellers, and what is remembered to make and to count it."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import LinesFace
from plaza.kernel.money import Money


class SaleParts(LinesFace):
    """The lines of one vendor order, which count once it is placed."""

    placed: bool = False


class OfferPart(msgspec.Struct):
    """One offer of the product."""

    vendor_id: UUID
    prices: dict[str, int] = {}
    """By currency."""
    active: bool = True


class ProductParts(msgspec.Struct):
    """What the product and its offers have said."""

    slug: str = ""
    title: str = ""
    brand: str | None = None
    category_id: UUID | None = None
    image: str | None = None
    listed: bool = False
    offers: dict[UUID, OfferPart] = {}


class Bestseller(msgspec.Struct, frozen=True):
    """A product with its lowest price."""

    id: UUID
    slug: str
    title: str
    brand: str | None
    image: str | None
    offer_id: UUID
    price: Money


class BestsellerList(msgspec.Struct, frozen=True):
    """What sold best comes first."""

    items: list[Bestseller]


class SaleRow(msgspec.Struct, frozen=True):
    """How many units of a product a vendor order is good for."""

    vendor_order_id: UUID
    product_id: UUID
    units: int


class BestsellerRow(msgspec.Struct, frozen=True):
    product_id: UUID
    currency: str
    category_id: UUID | None
    sellers: str
    """The ids of who sells it, with commas between them, the lowest price first."""
    cards: str
    """A card for each of them, in a JSON array."""


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    listed: bool


class CategoryRow(msgspec.Struct, frozen=True):
    category_id: UUID
    parent_id: UUID | None
    slug: str
