"""Which facts change the listing, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.events import (
    CATEGORY_FACE,
    CategoryFace,
    OfferChanged,
    OfferCreated,
    OfferEvent,
    OfferWithdrawn,
    ProductChanged,
    ProductCreated,
    ProductPublished,
    ProductUnpublished,
)
from plaza.contexts.inventory.events import StockingChanged, StockMoved
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.projecting.projection import Document, Projection
from plaza.read_models.product_listing.cards import listing_rows
from plaza.read_models.product_listing.document import (
    CategoryOfCard,
    CategoryRow,
    FormerSlugRow,
    ListingParts,
    OfferPart,
    VendorOfCard,
    VendorRow,
)
from plaza.read_models.product_listing.tags import card_tags, place_tags, shared_tags


def described(parts: ListingParts, event: ProductCreated | ProductChanged) -> None:
    parts.slug, parts.title, parts.brand = event.slug, event.title, event.brand
    parts.category_id = event.category_id
    parts.image = event.media[0].url if event.media else None


def published(parts: ListingParts, event: ProductPublished) -> None:
    parts.listed, parts.published_at = True, event.published_at


def unpublished(parts: ListingParts, _: ProductUnpublished) -> None:
    parts.listed = False


def offer_of(parts: ListingParts, event: OfferEvent | StockMoved | StockingChanged) -> OfferPart:
    """The offer's part; its stock may speak before it does."""
    if event.offer_id not in parts.offers:
        parts.offers[event.offer_id] = OfferPart(vendor_id=event.vendor_id)
    return parts.offers[event.offer_id]


def priced(parts: ListingParts, event: OfferCreated | OfferChanged) -> None:
    offer_of(parts, event).prices = {
        price.currency: (price.amount_minor, price.compare_at_amount_minor)
        for price in event.prices
    }


def withdrawn(parts: ListingParts, event: OfferWithdrawn) -> None:
    offer_of(parts, event).active = False


def stocked(parts: ListingParts, event: StockMoved) -> None:
    offer_of(parts, event).available[event.stock_id] = event.on_hand - event.reserved


def stocked_so(parts: ListingParts, event: StockingChanged) -> None:
    offer_of(parts, event).allows_backorder = event.allows_backorder


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    document = msgspec.json.encode(VendorOfCard(vendor_id, face.slug, face.name)).decode()
    return [VendorRow(vendor_id, face.slug, face.shown, document)]


def former_slug_rows(vendor_id: UUID, face: VendorFace) -> list[FormerSlugRow]:
    return [FormerSlugRow(vendor_id, slug) for slug in face.former_slugs]


def category_rows(category_id: UUID, face: CategoryFace) -> list[CategoryRow]:
    document = msgspec.json.encode(CategoryOfCard(category_id, face.slug, face.name)).decode()
    return [CategoryRow(category_id, face.parent_id, face.slug, document)]


PROJECTION = Projection(
    name="product_listing",
    schema_version=2,
    documents=(
        Document(
            table="product_listing",
            key="product_id",
            identity=("currency", "rank"),
            parts=ListingParts,
            on={
                ProductCreated: described,
                ProductChanged: described,
                ProductPublished: published,
                ProductUnpublished: unpublished,
                OfferCreated: priced,
                OfferChanged: priced,
                OfferWithdrawn: withdrawn,
                StockMoved: stocked,
                StockingChanged: stocked_so,
            },
            rows=listing_rows,
            tags=card_tags,
            tagged_by=("vendor_id", "category_id"),
            place_tags=place_tags,
            placed_by=("vendor_id", "category_id", "published_at"),
        ),
        Document(
            table="product_listing_vendor",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
            tags=shared_tags,
        ),
        Document(
            table="product_listing_former_slug",
            key="vendor_id",
            identity=("slug",),
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=former_slug_rows,
            tags=shared_tags,
        ),
        Document(
            table="product_listing_category",
            key="category_id",
            parts=CategoryFace,
            on=CATEGORY_FACE,
            rows=category_rows,
            tags=shared_tags,
        ),
    ),
)
