"""Somebody has counted."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.stock import Quantity, Stock, StockRows
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class StockChanged(Conflict):
    code = "stock_changed"
    title = "There is another quantity on hand than you assumed"


class SetStock(msgspec.Struct, frozen=True, kw_only=True):
    """A count, at the vendor's default location."""

    vendor_id: UUID
    offer_id: UUID
    on_hand: Quantity
    if_on_hand: Quantity | None = None
    """Set it only if this is on hand until then."""


async def set_stock(command: SetStock, work: UnitOfWork) -> Stock:
    rows = StockRows(work)
    stock = await rows.of_offer(command.offer_id, command.vendor_id)
    if command.if_on_hand is not None and command.if_on_hand != stock.on_hand:
        raise StockChanged(f"{stock.on_hand} are on hand.", on_hand=stock.on_hand)
    delta = command.on_hand - stock.on_hand
    if delta == 0:
        return stock
    return await rows.move_by(stock.id, delta, "adjustment", "count")
