"""New offers get their stock rows."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.stock import Quantity, Stock, default_location, record_movement
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


async def open_stock(command: OpenStock, work: UnitOfWork) -> list[Stock]:
    location_id = await default_location(command.vendor_id, work)
    rows = [
        Stock(
            id=new_id(),
            location_id=location_id,
            vendor_id=command.vendor_id,
            offer_id=opening.offer_id,
            variant_id=opening.variant_id,
            product_id=opening.product_id,
            bucket=0,
            on_hand=opening.on_hand,
            reserved=0,
            version=1,
        )
        for opening in command.openings
    ]
    work.session.add_all(rows)
    await work.flush()
    for row in rows:
        record_movement(row, "receipt", row.on_hand, "opening stock", work)
    return rows
