"""What stock says has happened."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from plaza.kernel.event import Event

MovementKind = Literal["receipt", "adjustment", "reservation", "release", "sale", "return"]


class StockEvent(Event, frozen=True, kw_only=True):
    """Of one row: what of an offer lies at one location, or in one of its buckets there."""

    AGGREGATE: ClassVar[str] = "stock"

    stock_id: UUID
    offer_id: UUID
    variant_id: UUID
    product_id: UUID
    vendor_id: UUID
    location_id: UUID


class StockMoved(StockEvent, frozen=True, kw_only=True, tag="inventory.stock_moved.v1"):
    """A movement of one stock row, with what it left."""

    movement_id: UUID
    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    on_hand: int
    reserved: int
    backordered_delta: int = 0
    backordered: int = 0
    """What is sold beyond what is there; it is reserved as soon as it comes in."""
    reason: str | None = None
    order_id: UUID | None = None
    """The order that it was reserved for or released from."""
    moved_at: datetime | None = None
    """None in facts of before it was told."""


class StockRanLow(StockEvent, frozen=True, kw_only=True, tag="inventory.stock_ran_low.v1"):
    """No more is available of the offer than its vendor wants to be warned at."""

    available: int
    low_at: int


class StockRecovered(StockEvent, frozen=True, kw_only=True, tag="inventory.stock_recovered.v1"):
    """More is available again than the vendor wants to be warned at."""

    available: int
    low_at: int


class StockingChanged(Event, frozen=True, kw_only=True, tag="inventory.stocking_changed.v1"):
    """How an offer is stocked."""

    AGGREGATE: ClassVar[str] = "stocking"

    stocking_id: UUID
    """The offer's id once more: an offer is stocked in one way."""
    offer_id: UUID
    variant_id: UUID
    product_id: UUID
    vendor_id: UUID
    allows_backorder: bool
    low_at: int | None
    """None: the marketplace's setting."""
    buckets: int


class LocationCreated(Event, frozen=True, kw_only=True, tag="inventory.location_created.v1"):
    AGGREGATE: ClassVar[str] = "location"

    location_id: UUID
    vendor_id: UUID
    name: str
    is_default: bool
    created_at: datetime
