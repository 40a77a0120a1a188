"""Which facts change a vendor's products, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.catalog.events import (
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
from plaza.contexts.inventory.events import StockMoved
from plaza.kernel.money import Money
from plaza.projecting.projection import Document, Projection
from plaza.read_models.vendor_products.document import (
    OfferPart,
    OwnOffer,
    OwnPrice,
    OwnProduct,
    OwnProductRow,
    ProductParts,
)

SHOWN = (
    *("slug", "title", "description", "category_id"),
    *("brand", "attributes", "options", "media"),
)


def created(parts: ProductParts, event: ProductCreated) -> None:
    changed(parts, event)
    parts.author_id = event.vendor_id
    parts.described["variants"] = msgspec.to_builtins(event.variants)


def changed(parts: ProductParts, event: ProductDescribed) -> None:
    parts.version = event.version
    for name in SHOWN:
        parts.described[name] = msgspec.to_builtins(getattr(event, name))


def published(parts: ProductParts, event: ProductPublished) -> None:
    parts.version, parts.status = event.version, "published"


def unpublished(parts: ProductParts, event: ProductUnpublished) -> None:
    parts.version, parts.status = event.version, "unpublished"


def offer_of(parts: ProductParts, event: OfferEvent | StockMoved) -> OfferPart:
    """The offer's part; its stock may speak before it does."""
    new = OfferPart(variant_id=event.variant_id, vendor_id=event.vendor_id)
    return parts.offers.setdefault(event.offer_id, new)


def priced(parts: ProductParts, event: OfferCreated | OfferChanged) -> None:
    offer = offer_of(parts, event)
    offer.version, offer.sku = event.version, event.sku
    offer.prices = [
        (price.currency, price.amount_minor, price.compare_at_amount_minor)
        for price in event.prices
    ]


def withdrawn(parts: ProductParts, event: OfferWithdrawn) -> None:
    offer = offer_of(parts, event)
    offer.version, offer.active = event.version, False


def stocked(parts: ProductParts, event: StockMoved) -> None:
    offer_of(parts, event).stock[event.stock_id] = (event.on_hand, event.reserved)


def product_rows(product_id: UUID, parts: ProductParts) -> list[OwnProductRow]:
    """A row for the author and for every vendor with an offer, each with its own offers only."""
    if parts.author_id is None:
        return []
    vendors = {parts.author_id, *(offer.vendor_id for offer in parts.offers.values())}
    return [own_row(product_id, vendor_id, parts) for vendor_id in sorted(vendors)]


def own_row(product_id: UUID, vendor_id: UUID, parts: ProductParts) -> OwnProductRow:
    own = {
        "id": product_id,
        "status": parts.status,
        "version": parts.version,
        "is_author": vendor_id == parts.author_id,
        "offers": [
            own_offer(offer_id, part)
            for offer_id, part in sorted(parts.offers.items())
            if part.vendor_id == vendor_id
        ],
        **parts.described,
    }
    document = msgspec.json.encode(msgspec.convert(own, OwnProduct)).decode()
    return OwnProductRow(product_id, vendor_id, parts.status, document)


def own_offer(offer_id: UUID, part: OfferPart) -> OwnOffer:
    on_hand = sum(on_hand for on_hand, _ in part.stock.values())
    reserved = sum(reserved for _, reserved in part.stock.values())
    return OwnOffer(
        id=offer_id,
        variant_id=part.variant_id,
        sku=part.sku,
        status="active" if part.active else "withdrawn",
        version=part.version,
        prices=[
            OwnPrice(
                Money(amount, currency),
                None if compare_at is None else Money(compare_at, currency),
            )
            for currency, amount, compare_at in part.prices
        ],
        on_hand=on_hand,
        reserved=reserved,
        available=on_hand - reserved,
    )


PROJECTION = Projection(
    name="vendor_products",
    schema_version=1,
    rest_ratio=10,
    rest_s_max=0.02,
    documents=(
        Document(
            table="vendor_products",
            key="product_id",
            identity=("vendor_id",),
            parts=ProductParts,
            on={
                ProductCreated: created,
                ProductChanged: changed,
                ProductPublished: published,
                ProductUnpublished: unpublished,
                OfferCreated: priced,
                OfferChanged: priced,
                OfferWithdrawn: withdrawn,
                StockMoved: stocked,
            },
            rows=product_rows,
        ),
    ),
)
