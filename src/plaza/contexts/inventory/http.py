"""Routes that change stock."""

from uuid import UUID

import msgspec
from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from plaza.contexts.inventory.commands.adjust_stock import AdjustStock, adjust_stock
from plaza.contexts.inventory.commands.set_stock import SetStock, set_stock
from plaza.contexts.inventory.stock import Delta, Quantity, Stock
from plaza.kernel.actor import Surface
from plaza.kernel.text import Reason
from plaza.web.authentication import ROLES_WRITING_CATALOG, member_with
from plaza.web.commanding import Commanding
from plaza.web.documenting import answers
from plaza.writing.answer import Answer, answer_with


class CountedStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on_hand: Quantity
    if_on_hand: Quantity | None = None


class StockAdjustment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    delta: Delta
    reason: Reason


class StockLevel(msgspec.Struct, frozen=True):
    offer_id: UUID
    location_id: UUID
    on_hand: int
    reserved: int
    available: int


def stock_answer(stock: Stock) -> Answer:
    level = StockLevel(
        offer_id=stock.offer_id,
        location_id=stock.location_id,
        on_hand=stock.on_hand,
        reserved=stock.reserved,
        available=stock.on_hand - stock.reserved,
    )
    return answer_with(200, level)


@put(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}/stock",
    operation_id="setStock",
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="inventory:write")],
    responses=answers(StockLevel),
)
async def set_level(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    data: JSONBody[CountedStock],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    command = SetStock(vendor_id=vendor, offer_id=offer, **msgspec.structs.asdict(data))
    return await commanding.run(set_stock, command, Surface(vendor_id=vendor), stock_answer)


@post(
    "/v1/vendors/{vendor:uuid}/offers/{offer:uuid}/stock/adjust",
    operation_id="adjustStock",
    status_code=200,
    guards=[member_with(*ROLES_WRITING_CATALOG, scope="inventory:write")],
    responses=answers(StockLevel),
)
async def adjust_level(
    vendor: FromPath[UUID],
    offer: FromPath[UUID],
    data: JSONBody[StockAdjustment],
    commanding: NamedDependency[Commanding],
) -> Response[bytes]:
    command = AdjustStock(vendor_id=vendor, offer_id=offer, **msgspec.structs.asdict(data))
    return await commanding.run(adjust_stock, command, Surface(vendor_id=vendor), stock_answer)


ROUTES = [set_level, adjust_level]
