"""A suggestion, and what is remembered to make it."""

from uuid import UUID

import msgspec


class SuggestedProduct(msgspec.Struct, frozen=True):
    id: UUID
    slug: str


class Suggestion(msgspec.Struct, frozen=True):
    """What may be meant, and where it leads."""

    text: str
    product: SuggestedProduct


class SuggestionList(msgspec.Struct, frozen=True):
    items: list[Suggestion]


class ProductParts(msgspec.Struct):
    """What the product and its offers have said."""

    slug: str = ""
    title: str = ""
    listed: bool = False
    offers: dict[UUID, UUID] = {}
    """Vendors by active offer."""


class SuggestionRow(msgspec.Struct, frozen=True):
    product_id: UUID
    place: int
    """Of the word of the title that it begins with."""
    key: str
    """The title from that word on, as it is compared."""
    sellers: str
    """The ids of who sells it, with commas between them."""
    item: str


class VendorRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    listed: bool
