"""Which facts change a product's page, and how."""

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
    ProductDescribed,
    ProductPublished,
    ProductUnpublished,
)
from plaza.contexts.inventory.events import StockingChanged, StockMoved
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.kernel.money import Money
from plaza.projecting.projection import Document, Projection
from plaza.read_models.product_page.document import (
    CategoryOnPage,
    CategoryRow,
    Described,
    OfferOnPage,
    OfferPart,
    PageParts,
    PageRow,
    PriceOnPage,
    VendorOnPage,
    VendorRow,
)
from plaza.read_models.product_page.tags import category_tags, page_tags, vendor_tags

SHOWN = ("slug", "title", "description", "brand", "attributes", "options", "media")


def created(parts: PageParts, event: ProductCreated) -> None:
    changed(parts, event)
    parts.vendor_id = event.vendor_id
    parts.described["variants"] = msgspec.to_builtins(event.variants)


def changed(parts: PageParts, event: ProductDescribed) -> None:
    for name in SHOWN:
        parts.described[name] = msgspec.to_builtins(getattr(event, name))
    parts.category_id = event.category_id


def published(parts: PageParts, event: ProductPublished) -> None:
    parts.listed, parts.published_at = True, event.published_at


def unpublished(parts: PageParts, _: ProductUnpublished) -> None:
    parts.listed = False


def offer_of(parts: PageParts, event: OfferEvent | StockMoved | StockingChanged) -> OfferPart:
    """The offer's part; its stock may speak before it does."""
    new = OfferPart(variant_id=event.variant_id, vendor_id=event.vendor_id)
    return parts.offers.setdefault(event.offer_id, new)


def priced(parts: PageParts, event: OfferCreated | OfferChanged) -> None:
    offer_of(parts, event).prices = [
        (price.currency, price.amount_minor, price.compare_at_amount_minor)
        for price in event.prices
    ]


def withdrawn(parts: PageParts, event: OfferWithdrawn) -> None:
    offer_of(parts, event).active = False


def stocked(parts: PageParts, event: StockMoved) -> None:
    offer_of(parts, event).available[event.stock_id] = event.on_hand - event.reserved


def stocked_so(parts: PageParts, event: StockingChanged) -> None:
    offer_of(parts, event).allows_backorder = event.allows_backorder


def page_rows(product_id: UUID, parts: PageParts) -> list[PageRow]:
    if not parts.listed or parts.vendor_id is None:
        return []
    page = {"id": product_id, "published_at": parts.published_at, **parts.described}
    offers = [
        offer_on_page(offer_id, part)
        for offer_id, part in sorted(parts.offers.items())
        if part.active and part.prices
    ]
    row = PageRow(
        product_id=product_id,
        slug=parts.described["slug"],
        vendor_id=parts.vendor_id,
        category_id=parts.category_id,
        document=msgspec.json.encode(msgspec.convert(page, Described)).decode(),
        offers=msgspec.json.encode(offers).decode(),
    )
    return [row]


def offer_on_page(offer_id: UUID, part: OfferPart) -> OfferOnPage:
    return OfferOnPage(
        id=offer_id,
        variant_id=part.variant_id,
        vendor_id=part.vendor_id,
        prices=[
            PriceOnPage(
                price=Money(amount, currency),
                compare_at_price=None if compare_at is None else Money(compare_at, currency),
            )
            for currency, amount, compare_at in part.prices
        ],
        in_stock=part.in_stock,
    )


def vendor_rows(vendor_id: UUID, face: VendorFace) -> list[VendorRow]:
    document = msgspec.json.encode(VendorOnPage(vendor_id, face.slug, face.name)).decode()
    return [VendorRow(vendor_id, face.shown, document)]


def category_rows(category_id: UUID, face: CategoryFace) -> list[CategoryRow]:
    document = msgspec.json.encode(CategoryOnPage(category_id, face.slug, face.name)).decode()
    return [CategoryRow(category_id, document)]


PROJECTION = Projection(
    name="product_page",
    schema_version=1,
    documents=(
        Document(
            table="product_page",
            key="product_id",
            parts=PageParts,
            on={
                ProductCreated: created,
                ProductChanged: changed,
                ProductPublished: published,
                ProductUnpublished: unpublished,
                OfferCreated: priced,
                OfferChanged: priced,
                OfferWithdrawn: withdrawn,
                StockMoved: stocked,
                StockingChanged: stocked_so,
            },
            rows=page_rows,
            tags=page_tags,
            tagged_by=("slug",),
        ),
        Document(
            table="product_page_vendor",
            key="vendor_id",
            parts=VendorFace,
            on=VENDOR_FACE,
            rows=vendor_rows,
            tags=vendor_tags,
        ),
        Document(
            table="product_page_category",
            key="category_id",
            parts=CategoryFace,
            on=CATEGORY_FACE,
            rows=category_rows,
            tags=category_tags,
        ),
    ),
)
