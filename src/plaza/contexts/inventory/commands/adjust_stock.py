"""Goods came in, or got lost."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.events import MovementKind
from plaza.contexts.inventory.stock import QUANTITY_MAX, Delta, Stock, StockRows
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


async def adjust_stock(command: AdjustStock, work: UnitOfWork) -> Stock:
    rows = StockRows(work)
    stock = await rows.of_offer(command.offer_id, command.vendor_id)
    if command.delta == 0:
        return stock
    if stock.on_hand + command.delta > QUANTITY_MAX:
        raise TooMuchStock(f"{stock.on_hand} are on hand; at most {QUANTITY_MAX} are possible.")
    kind: MovementKind = "receipt" if command.delta > 0 else "adjustment"
    return await rows.move_by(stock.id, command.delta, kind, command.reason)
