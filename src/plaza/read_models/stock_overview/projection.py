"""Which facts change what a vendor sees of its stock, and how."""

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
)
from plaza.contexts.inventory.events import LocationCreated, StockingChanged, StockMoved
from plaza.projecting.projection import Document, Projection
from plaza.read_models.stock_overview.document import (
    Amount,
    LocationParts,
    LocationRow,
    Lot,
    MovementParts,
    MovementRow,
    OverviewParts,
    ProductParts,
    ProductRow,
    StockRow,
)


def named(parts: OverviewParts, event: OfferEvent | StockMoved | StockingChanged) -> None:
    """Whose offer of what it is; its stock may speak before the offer does."""
    parts.vendor_id, parts.product_id = event.vendor_id, event.product_id
    parts.variant_id = event.variant_id


def offered(parts: OverviewParts, event: OfferCreated | OfferChanged) -> None:
    named(parts, event)
    parts.sku = event.sku


def withdrawn(parts: OverviewParts, event: OfferWithdrawn) -> None:
    named(parts, event)
    parts.active = False


def moved(parts: OverviewParts, event: StockMoved) -> None:
    named(parts, event)
    parts.lots[event.stock_id] = Lot(
        event.location_id, event.on_hand, event.reserved, event.backordered
    )


def stocked(parts: OverviewParts, event: StockingChanged) -> None:
    named(parts, event)
    parts.low_at, parts.allows_backorder = event.low_at, event.allows_backorder
    parts.buckets = event.buckets


def stock_rows(offer_id: UUID, parts: OverviewParts) -> list[StockRow]:
    """What there is of the offer; nothing where it is gone and none is left."""
    if parts.vendor_id is None or parts.product_id is None or parts.variant_id is None:
        return []
    lots = parts.lots.values()
    on_hand, backordered = sum(lot.on_hand for lot in lots), sum(lot.backordered for lot in lots)
    if not (parts.active or on_hand or backordered):
        return []
    row = StockRow(
        offer_id=offer_id,
        vendor_id=parts.vendor_id,
        product_id=parts.product_id,
        variant_id=parts.variant_id,
        sku=parts.sku,
        active=parts.active,
        on_hand=on_hand,
        reserved=sum(lot.reserved for lot in lots),
        backordered=backordered,
        low_at=parts.low_at,
        allows_backorder=parts.allows_backorder,
        buckets=parts.buckets,
        locations=msgspec.json.encode(amounts(parts)).decode(),
    )
    return [row]


def amounts(parts: OverviewParts) -> list[Amount]:
    """What lies where, the buckets of a location together."""
    at: dict[UUID, tuple[int, int]] = {}
    for _, lot in sorted(parts.lots.items()):
        on_hand, reserved = at.get(lot.location_id, (0, 0))
        at[lot.location_id] = (on_hand + lot.on_hand, reserved + lot.reserved)
    return [Amount(location_id, *there) for location_id, there in at.items()]


def described(parts: ProductParts, event: ProductDescribed) -> None:
    parts.title = event.title


def created(parts: ProductParts, event: ProductCreated) -> None:
    parts.title = event.title
    parts.options = {variant.id: variant.option_values for variant in event.variants}


def shown_to(parts: ProductParts, event: OfferCreated) -> None:
    parts.vendors.add(event.vendor_id)


def product_rows(product_id: UUID, parts: ProductParts) -> list[ProductRow]:
    options = msgspec.json.encode(parts.options).decode()
    return [
        ProductRow(product_id, vendor_id, parts.title, options)
        for vendor_id in sorted(parts.vendors)
    ]


def opened(parts: LocationParts, event: LocationCreated) -> None:
    parts.vendor_id, parts.name = event.vendor_id, event.name
    parts.is_default, parts.created_at = event.is_default, event.created_at


def location_rows(location_id: UUID, parts: LocationParts) -> list[LocationRow]:
    if parts.vendor_id is None or parts.created_at is None:
        return []
    where = (parts.vendor_id, parts.name, parts.is_default, parts.created_at)
    return [LocationRow(location_id, *where)]


def told(parts: MovementParts, event: StockMoved) -> None:
    parts.told = event


def movement_rows(movement_id: UUID, parts: MovementParts) -> list[MovementRow]:
    event = parts.told
    if event is None:
        return []
    row = MovementRow(
        movement_id=movement_id,
        offer_id=event.offer_id,
        vendor_id=event.vendor_id,
        location_id=event.location_id,
        order_id=event.order_id,
        moved_at=event.moved_at,
        on_hand_delta=event.on_hand_delta,
        reserved_delta=event.reserved_delta,
        backordered_delta=event.backordered_delta,
        on_hand=event.on_hand,
        reserved=event.reserved,
        backordered=event.backordered,
        kind=event.kind,
        reason=event.reason,
    )
    return [row]


PROJECTION = Projection(
    name="stock_overview",
    schema_version=1,
    rest_ratio=10,
    documents=(
        Document(
            table="stock_overview",
            key="offer_id",
            parts=OverviewParts,
            on={
                OfferCreated: offered,
                OfferChanged: offered,
                OfferWithdrawn: withdrawn,
                StockMoved: moved,
                StockingChanged: stocked,
            },
            rows=stock_rows,
        ),
        Document(
            table="stock_overview_product",
            key="product_id",
            identity=("vendor_id",),
            parts=ProductParts,
            on={ProductCreated: created, ProductChanged: described, OfferCreated: shown_to},
            rows=product_rows,
        ),
        Document(
            table="stock_overview_location",
            key="location_id",
            parts=LocationParts,
            on={LocationCreated: opened},
            rows=location_rows,
        ),
        Document(
            table="stock_overview_movement",
            key="movement_id",
            identity=("offer_id",),
            parts=MovementParts,
            on={StockMoved: told},
            rows=movement_rows,
            is_told_once=True,
        ),
    ),
)
