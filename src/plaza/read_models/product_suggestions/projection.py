"""Which facts change what is suggested, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.events import (
    OfferCreated,
    OfferWithdrawn,
    ProductChanged,
    ProductCreated,
    ProductPublished,
    ProductUnpublished,
)
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.projecting.projection import Document, Projection
from plaza.read_models.product_suggestions.document import (
    ProductParts,
    SuggestedProduct,
    Suggestion,
    SuggestionRow,
    VendorRow,
)
from plaza.read_models.product_suggestions.spelling import beginnings
from plaza.read_models.product_suggestions.tags import product_tags, vendor_tags


def described(parts: ProductParts, event: ProductCreated | ProductChanged) -> None:
    parts.slug, parts.title = event.slug, event.title


def published(parts: ProductParts, _: ProductPublished) -> None:
    parts.listed = True


def unpublished(parts: ProductParts, _: ProductUnpublished) -> None:
    parts.listed = False


def offered(parts: ProductParts, event: OfferCreated) -> None:
    parts.offers[event.offer_id] = event.vendor_id


def withdrawn(parts: ProductParts, event: OfferWithdrawn) -> None:
    parts.offers.pop(event.offer_id, None)


def suggestion_rows(product_id: UUID, parts: ProductParts) -> list[SuggestionRow]:
    if not parts.listed or not parts.offers:
        return []
    sellers = ",".join(sorted(str(vendor_id) for vendor_id in set(parts.offers.values())))
    suggestion = Suggestion(parts.title, SuggestedProduct(product_id, parts.slug))
    item = msgspec.json.encode(suggestion).decode()
    return [
        SuggestionRow(product_id, place, key, sellers, item)
        for place, key in enumerate(beginnings(parts.title))
    ]


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    return [VendorRow(vendor_id, face.shown)]


PROJECTION = Projection(
    name="product_suggestions",
    schema_version=1,
    rest_ratio=30,
    documents=(
        Document(
            table="product_suggestions",
            key="product_id",
            identity=("place",),
            parts=ProductParts,
            on={
                ProductCreated: described,
                ProductChanged: described,
                ProductPublished: published,
                ProductUnpublished: unpublished,
                OfferCreated: offered,
                OfferWithdrawn: withdrawn,
            },
            rows=suggestion_rows,
            tags=product_tags,
        ),
        Document(
            table="product_suggestions_vendor",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
            tags=vendor_tags,
        ),
    ),
)
