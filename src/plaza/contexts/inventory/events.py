"""What stock says has happened."""

from typing import ClassVar, Literal
from uuid import UUID

from plaza.kernel.event import Event

MovementKind = Literal["receipt", "adjustment", "reservation", "release", "sale", "return"]


class StockMoved(Event, frozen=True, kw_only=True, tag="inventory.stock_moved.v1"):
    """A movement of one stock row, with what it left."""

    AGGREGATE: ClassVar[str] = "stock"

    stock_id: UUID
    movement_id: UUID
    offer_id: UUID
    variant_id: UUID
    product_id: UUID
    vendor_id: UUID
    location_id: UUID
    kind: MovementKind
    on_hand_delta: int
    reserved_delta: int
    on_hand: int
    reserved: int
