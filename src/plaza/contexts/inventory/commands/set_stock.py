"""Somebody has counted."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.shelf import Level, Shelf
from plaza.contexts.inventory.stock import Quantity
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class StockChanged(Conflict):
    code = "stock_changed"
    title = "There is another quantity on hand than you assumed"


class SetStock(msgspec.Struct, frozen=True, kw_only=True):
    """A count at one location."""

    vendor_id: UUID
    offer_id: UUID
    on_hand: Quantity
    if_on_hand: Quantity | None = None
    """Set it only if so many are on hand now."""
    location_id: UUID | None = None
    """None: the vendor's default one."""


async def set_stock(command: SetStock, work: UnitOfWork) -> Level:
    """Have what was counted be on hand.

    Raises:
        NotThere: the offer or the location is not there, or not the vendor's.
        StockChanged: something else is on hand than the command says.
        BelowReserved: more is reserved than was counted.
    """
    shelf = await Shelf.locked(command.offer_id, command.vendor_id, command.location_id, work)
    level = shelf.level
    if command.if_on_hand is not None and command.if_on_hand != level.on_hand:
        raise StockChanged(f"{level.on_hand} are on hand.", on_hand=level.on_hand)
    delta = command.on_hand - level.on_hand
    if delta == 0:
        return level
    return await shelf.move_by(delta, "adjustment", "count", work)
