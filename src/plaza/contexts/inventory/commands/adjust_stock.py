"""Goods came in, or got lost."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.events import MovementKind
from plaza.contexts.inventory.shelf import Level, Shelf
from plaza.contexts.inventory.stock import QUANTITY_MAX, Delta
from plaza.kernel.refusals import Unprocessable
from plaza.kernel.text import Reason
from plaza.writing.unit_of_work import UnitOfWork


class TooMuchStock(Unprocessable):
    code = "too_much_stock"
    title = "More than can be counted"


class AdjustStock(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    offer_id: UUID
    delta: Delta
    reason: Reason
    location_id: UUID | None = None
    """None: the vendor's default one."""


async def adjust_stock(command: AdjustStock, work: UnitOfWork) -> Level:
    """Add to what is on hand or, with a delta below zero, take from it.

    Raises:
        NotThere: the offer or the location is not there, or not the vendor's.
        TooMuchStock: more would be on hand than can be counted.
        BelowReserved: less would be left than is reserved.
    """
    shelf = await Shelf.locked(command.offer_id, command.vendor_id, command.location_id, work)
    level = shelf.level
    if command.delta == 0:
        return level
    if level.on_hand + command.delta > QUANTITY_MAX:
        raise TooMuchStock(f"{level.on_hand} are on hand; at most {QUANTITY_MAX} are possible.")
    kind: MovementKind = "receipt" if command.delta > 0 else "adjustment"
    return await shelf.move_by(command.delta, kind, command.reason, work)
