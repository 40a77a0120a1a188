"""What the demo marketplace will hold, before any command is run."""

from decimal import Decimal

import msgspec


class PlannedCategory(msgspec.Struct, frozen=True):
    """A category; ``parent_slug`` is None for the top of a tree."""

    slug: str
    name: str
    parent_slug: str | None = None


class PlannedVendor(msgspec.Struct, frozen=True):
    """A shop; one that is not ``approved`` has only applied and sells nothing."""

    slug: str
    name: str
    country: str
    currency: str
    contact_email: str
    description: str
    tax_rate: Decimal
    approved: bool = True


class PlannedVariant(msgspec.Struct, frozen=True):
    sku: str
    option_values: dict[str, str]
    price_minor: int
    price_eur_minor: int | None
    compare_at_price_minor: int | None
    stock: int


class PlannedProduct(msgspec.Struct, frozen=True):
    vendor_slug: str
    category_slug: str
    title: str
    description: str
    attributes: dict[str, str]
    options: tuple[str, ...]
    variants: tuple[PlannedVariant, ...]


class PlannedOffer(msgspec.Struct, frozen=True):
    """A second vendor's offer for a variant that another vendor brought in."""

    vendor_slug: str
    sku: str
    price_minor: int
    stock: int


class PlannedMarketplace(msgspec.Struct, frozen=True):
    categories: tuple[PlannedCategory, ...]
    vendors: tuple[PlannedVendor, ...]
    products: tuple[PlannedProduct, ...]
    second_offers: tuple[PlannedOffer, ...]
