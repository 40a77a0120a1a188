"""Which facts change the tree and its counts, and how."""

from uuid import UUID

from plaza.contexts.catalog.events import (
    CATEGORY_FACE,
    CategoryFace,
    OfferCreated,
    OfferWithdrawn,
    ProductChanged,
    ProductCreated,
    ProductDescribed,
    ProductPublished,
    ProductUnpublished,
)
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.projecting.projection import Document, Projection
from plaza.read_models.category_tree.document import (
    CategoryRow,
    ProductParts,
    ProductRow,
    VendorRow,
)
from plaza.read_models.category_tree.tags import tree_tags


def described(parts: ProductParts, event: ProductDescribed) -> None:
    parts.category_id = event.category_id


def published(parts: ProductParts, _: ProductPublished) -> None:
    parts.listed = True


def unpublished(parts: ProductParts, _: ProductUnpublished) -> None:
    parts.listed = False


def offered(parts: ProductParts, event: OfferCreated) -> None:
    parts.offers[event.offer_id] = event.vendor_id


def withdrawn(parts: ProductParts, event: OfferWithdrawn) -> None:
    parts.offers.pop(event.offer_id, None)


def product_rows(product_id: UUID, parts: ProductParts) -> list[ProductRow]:
    if not parts.listed or parts.category_id is None:
        return []
    vendors = sorted(set(parts.offers.values()))
    return [ProductRow(product_id, vendor_id, parts.category_id) for vendor_id in vendors]


def category_rows(category_id: UUID, face: CategoryFace) -> list[CategoryRow]:
    return [CategoryRow(category_id, face.parent_id, face.slug, face.name, face.rank)]


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    return [VendorRow(vendor_id, face.shown)]


PROJECTION = Projection(
    name="category_tree",
    schema_version=1,
    documents=(
        Document(
            table="category_tree",
            key="category_id",
            parts=CategoryFace,
            on=CATEGORY_FACE,
            rows=category_rows,
            tags=tree_tags,
        ),
        Document(
            table="category_tree_product",
            key="product_id",
            identity=("vendor_id",),
            parts=ProductParts,
            on={
                ProductCreated: described,
                ProductChanged: described,
                ProductPublished: published,
                ProductUnpublished: unpublished,
                OfferCreated: offered,
                OfferWithdrawn: withdrawn,
            },
            rows=product_rows,
            tags=tree_tags,
        ),
        Document(
            table="category_tree_vendor",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
            tags=tree_tags,
        ),
    ),
)
