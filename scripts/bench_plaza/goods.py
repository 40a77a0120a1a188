"""The marketplace's goods as plaza shows them, in the rows of the usual way's tables."""

import msgspec


class NamedRow(msgspec.Struct, frozen=True):
    id: str
    slug: str
    name: str


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    slug: str
    title: str
    brand: str | None
    description: str | None
    image: str | None
    status: str
    rating_average: str | None
    rating_count: int
    created_at: str
    vendor_id: str
    category_id: str | None


class VariantRow(msgspec.Struct, frozen=True):
    id: str
    product_id: str
    rank: int


class OfferRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    variant_id: str
    vendor_id: str
    sku: str | None
    price_minor: int
    compare_at_minor: int | None
    currency: str
    stock: int
    created_at: str


class Goods(msgspec.Struct):
    """The rows of each table, by its name."""

    vendor: list[NamedRow]
    category: list[NamedRow]
    product: list[ProductRow]
    variant: list[VariantRow]
    offer: list[OfferRow]
