"""Which facts change the bestsellers, and how."""

from collections import Counter
from uuid import UUID

import msgspec

from plaza.contexts.catalog.events import (
    CATEGORY_FACE,
    CategoryFace,
    OfferChanged,
    OfferCreated,
    OfferWithdrawn,
    ProductChanged,
    ProductCreated,
    ProductPublished,
    ProductUnpublished,
)
from plaza.contexts.ordering.events import LINES_FACE, VendorOrderPlaced
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.kernel.money import Money
from plaza.projecting.projection import Document, Projection
from plaza.read_models.bestsellers.document import (
    Bestseller,
    BestsellerRow,
    CategoryRow,
    OfferPart,
    ProductParts,
    SaleParts,
    SaleRow,
    VendorRow,
)
from plaza.read_models.bestsellers.tags import (
    category_tags,
    product_tags,
    sale_tags,
    vendor_tags,
)


def described(parts: ProductParts, event: ProductCreated | ProductChanged) -> None:
    parts.slug, parts.title, parts.brand = event.slug, event.title, event.brand
    parts.category_id = event.category_id
    parts.image = event.media[0].url if event.media else None


def published(parts: ProductParts, _: ProductPublished) -> None:
    parts.listed = True


def unpublished(parts: ProductParts, _: ProductUnpublished) -> None:
    parts.listed = False


def priced(parts: ProductParts, event: OfferCreated | OfferChanged) -> None:
    offer = parts.offers.setdefault(event.offer_id, OfferPart(vendor_id=event.vendor_id))
    offer.prices = {price.currency: price.amount_minor for price in event.prices}


def withdrawn(parts: ProductParts, event: OfferWithdrawn) -> None:
    parts.offers.setdefault(event.offer_id, OfferPart(vendor_id=event.vendor_id)).active = False


def placed(parts: SaleParts, _: VendorOrderPlaced) -> None:
    parts.placed = True


def sale_rows(vendor_order_id: UUID, parts: SaleParts) -> list[SaleRow]:
    if not parts.placed:
        return []
    units: Counter[UUID] = Counter()
    for line, canceled in parts.ranked():
        units[line.product_id] += max(0, line.quantity - canceled)
    return [SaleRow(vendor_order_id, product, sold) for product, sold in units.items() if sold]


def bestseller_rows(product_id: UUID, parts: ProductParts) -> list[BestsellerRow]:
    """A row for each currency that the product can be bought in."""
    if not parts.listed:
        return []
    active = [offer for offer in parts.offers.values() if offer.active]
    currencies = sorted({currency for offer in active for currency in offer.prices})
    return [_row_in(product_id, parts, currency) for currency in currencies]


def _row_in(product_id: UUID, parts: ProductParts, currency: str) -> BestsellerRow:
    priced = [
        (offer.prices[currency], offer_id, offer.vendor_id)
        for offer_id, offer in parts.offers.items()
        if offer.active and currency in offer.prices
    ]
    cards: dict[UUID, Bestseller] = {}
    # Of equal prices the older one wins: ids sort by the time they were made.
    for price_minor, offer_id, vendor_id in sorted(priced):
        if vendor_id not in cards:
            price = Money(price_minor, currency)
            said = (parts.slug, parts.title, parts.brand, parts.image)
            cards[vendor_id] = Bestseller(product_id, *said, offer_id, price)
    sellers = ",".join(map(str, cards))
    text = msgspec.json.encode(list(cards.values())).decode()
    return BestsellerRow(product_id, currency, parts.category_id, sellers, text)


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    return [VendorRow(vendor_id, face.shown)]


def category_rows(category_id: UUID, face: CategoryFace) -> list[CategoryRow]:
    return [CategoryRow(category_id, face.parent_id, face.slug)]


PROJECTION = Projection(
    name="bestsellers",
    schema_version=1,
    rest_ratio=30,
    derived=("bestsellers_units",),
    documents=(
        Document(
            table="bestsellers",
            key="product_id",
            identity=("currency",),
            parts=ProductParts,
            on={
                ProductCreated: described,
                ProductChanged: described,
                ProductPublished: published,
                ProductUnpublished: unpublished,
                OfferCreated: priced,
                OfferChanged: priced,
                OfferWithdrawn: withdrawn,
            },
            rows=bestseller_rows,
            tags=product_tags,
        ),
        Document(
            table="bestsellers_sale",
            key="vendor_order_id",
            identity=("product_id",),
            parts=SaleParts,
            on={**LINES_FACE, VendorOrderPlaced: placed},
            rows=sale_rows,
            tags=sale_tags,
            tagged_by=("product_id",),
        ),
        Document(
            table="bestsellers_vendor",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
            tags=vendor_tags,
        ),
        Document(
            table="bestsellers_category",
            key="category_id",
            parts=CategoryFace,
            on=CATEGORY_FACE,
            rows=category_rows,
            tags=category_tags,
        ),
    ),
)
