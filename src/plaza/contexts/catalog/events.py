"""What the catalogue says has happened."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from plaza.kernel.event import Event


class CategoryEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "category"

    category_id: UUID


class CategoryCreated(CategoryEvent, frozen=True, kw_only=True, tag="catalog.category_created.v1"):
    parent_id: UUID | None
    slug: str
    name: str
    rank: int


class CategoryChanged(CategoryEvent, frozen=True, kw_only=True, tag="catalog.category_changed.v1"):
    slug: str
    name: str
    rank: int


class DescribedVariant(msgspec.Struct, frozen=True):
    """One buyable form of a product."""

    id: UUID
    option_values: dict[str, str]
    barcode: str | None = None
    weight_grams: int | None = None


class Picture(msgspec.Struct, frozen=True):
    url: str
    alt: str = ""


class ProductEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "product"

    product_id: UUID
    vendor_id: UUID


class ProductDescribed(ProductEvent, frozen=True, kw_only=True):
    """What is said of a product, whole: not an event of its own."""

    slug: str
    title: str
    description: str
    category_id: UUID | None
    brand: str | None
    attributes: dict[str, str]
    options: list[str]
    media: list[Picture]


class ProductCreated(ProductDescribed, frozen=True, kw_only=True, tag="catalog.product_created.v1"):
    variants: list[DescribedVariant]


class ProductChanged(ProductDescribed, frozen=True, kw_only=True, tag="catalog.product_changed.v1"):
    pass


class ProductPublished(ProductEvent, frozen=True, kw_only=True, tag="catalog.product_published.v1"):
    published_at: datetime
    """When it was first published."""


class ProductUnpublished(
    ProductEvent, frozen=True, kw_only=True, tag="catalog.product_unpublished.v1"
):
    pass


class OfferedPrice(msgspec.Struct, frozen=True):
    currency: str
    amount_minor: int
    compare_at_amount_minor: int | None = None


class OfferEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "offer"

    offer_id: UUID
    product_id: UUID
    variant_id: UUID
    vendor_id: UUID


class OfferCreated(OfferEvent, frozen=True, kw_only=True, tag="catalog.offer_created.v1"):
    sku: str | None
    prices: list[OfferedPrice]


class OfferChanged(OfferEvent, frozen=True, kw_only=True, tag="catalog.offer_changed.v1"):
    sku: str | None
    prices: list[OfferedPrice]


class OfferWithdrawn(OfferEvent, frozen=True, kw_only=True, tag="catalog.offer_withdrawn.v1"):
    pass


class CategoryFace(msgspec.Struct):
    """What readers show of a category."""

    parent_id: UUID | None = None
    slug: str = ""
    name: str = ""
    rank: int = 0


def _created(face: CategoryFace, event: CategoryCreated) -> None:
    face.parent_id = event.parent_id
    face.slug, face.name, face.rank = event.slug, event.name, event.rank


def _changed(face: CategoryFace, event: CategoryChanged) -> None:
    face.slug, face.name, face.rank = event.slug, event.name, event.rank


CATEGORY_FACE: Mapping[type[Event], Callable[[Any, Any], None]] = {
    CategoryCreated: _created,
    CategoryChanged: _changed,
}
"""How the face follows from the events, for every read model that shows categories."""
