"""New offers get their stock rows."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.location import default_location
from plaza.contexts.inventory.stock import Quantity, Stock
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What of one offer lies at the vendor's default location from the start."""

    offer_id: UUID
    variant_id: UUID
    product_id: UUID
    on_hand: Quantity


class OpenStock(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    openings: tuple[Opening, ...]


async def open_stock(command: OpenStock, work: UnitOfWork) -> None:
    location = await default_location(command.vendor_id, work)
    rows = StockRows(await work.connection())
    for opening in command.openings:
        row = Stock(
            id=new_id(),
            location_id=location.id,
            vendor_id=command.vendor_id,
            offer_id=opening.offer_id,
            variant_id=opening.variant_id,
            product_id=opening.product_id,
            bucket=0,
        )
        row.on_hand = opening.on_hand
        row.note("receipt", "opening stock")
        rows.add(row)
    await rows.write(work)
