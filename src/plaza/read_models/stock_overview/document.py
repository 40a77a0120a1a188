"""Stock as its vendor sees it, and what is remembered to make it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from plaza.contexts.inventory.events import MovementKind, StockMoved


class Lot(msgspec.Struct, array_like=True):
    """One stock row: what of an offer lies at one location, or in one of its buckets there."""

    location_id: UUID
    on_hand: int
    reserved: int
    backordered: int


class OverviewParts(msgspec.Struct):
    """What the offer, its stock and how it is stocked have said."""

    vendor_id: UUID | None = None
    product_id: UUID | None = None
    variant_id: UUID | None = None
    sku: str | None = None
    active: bool = True
    low_at: int | None = None
    allows_backorder: bool = False
    buckets: int = 1
    lots: dict[UUID, Lot] = {}


class ProductParts(msgspec.Struct):
    """What of the product is shown to each vendor that offers it."""

    title: str = ""
    options: dict[UUID, dict[str, str]] = {}
    """By variant."""
    vendors: set[UUID] = set()


class LocationParts(msgspec.Struct):
    vendor_id: UUID | None = None
    name: str = ""
    is_default: bool = False
    created_at: datetime | None = None


class MovementParts(msgspec.Struct):
    told: StockMoved | None = None


class StockRow(msgspec.Struct, frozen=True):
    offer_id: UUID
    vendor_id: UUID
    product_id: UUID
    variant_id: UUID
    sku: str | None
    active: bool
    on_hand: int
    reserved: int
    backordered: int
    low_at: int | None
    allows_backorder: bool
    buckets: int
    locations: str


class ProductRow(msgspec.Struct, frozen=True):
    product_id: UUID
    vendor_id: UUID
    title: str
    options: str


class LocationRow(msgspec.Struct, frozen=True):
    location_id: UUID
    vendor_id: UUID
    name: str
    is_default: bool
    created_at: datetime


class MovementRow(msgspec.Struct, frozen=True):
    movement_id: UUID
    offer_id: UUID
    vendor_id: UUID
    location_id: UUID
    order_id: UUID | None
    moved_at: datetime | None
    on_hand_delta: int
    reserved_delta: int
    backordered_delta: int
    on_hand: int
    reserved: int
    backordered: int
    kind: MovementKind
    reason: str | None


class Amount(msgspec.Struct, frozen=True):
    """What lies at one location, as it stands in the row."""

    location_id: UUID
    on_hand: int
    reserved: int


class StockAtLocation(msgspec.Struct, frozen=True):
    location_id: UUID
    name: str
    on_hand: int
    reserved: int
    available: int


class StockOfOffer(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an offer there is, over all its locations.

    Attributes:
        backordered: sold beyond what is there, and owed.
        available: on hand and not reserved.
        low: it is on sale, and no more is available than `low_at`.
        low_at: its own, or the marketplace's where it has none.
        is_low_at_own: whether it is its own.
        buckets: rows that its stock is spread over where many orders want it at once.
    """

    offer_id: UUID
    product_id: UUID
    variant_id: UUID
    title: str
    sku: str | None
    options: dict[str, str]
    status: Literal["active", "withdrawn"]
    on_hand: int
    reserved: int
    backordered: int
    available: int
    low: bool
    low_at: int
    is_low_at_own: bool
    allows_backorder: bool
    buckets: int
    locations: list[StockAtLocation]


class ShownStock(StockOfOffer, frozen=True, kw_only=True):
    """The same as its reader gets it."""

    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class StockList(msgspec.Struct, frozen=True):
    items: list[ShownStock]
    next_cursor: str | None


class StockMovement(msgspec.Struct, frozen=True, kw_only=True):
    """A movement, with what it left where it happened.

    Attributes:
        order_id: the order that it was reserved for, released from or sold to.
        moved_at: null for movements of before it was kept.
    """

    id: UUID
    kind: MovementKind
    location_id: UUID
    on_hand_delta: int
    reserved_delta: int
    backordered_delta: int
    on_hand: int
    reserved: int
    backordered: int
    reason: str | None
    order_id: UUID | None
    moved_at: datetime | None


class StockMovementList(msgspec.Struct, frozen=True):
    items: list[StockMovement]
    next_cursor: str | None


class ListedLocation(msgspec.Struct, frozen=True, kw_only=True):
    """Where stock of the vendor lies; what names no location is about the default one."""

    id: UUID
    name: str
    is_default: bool
    created_at: datetime


class LocationList(msgspec.Struct, frozen=True):
    items: list[ListedLocation]
    next_cursor: str | None
