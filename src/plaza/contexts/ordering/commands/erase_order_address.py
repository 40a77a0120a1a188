"""An operator has forgotten who an order went to; guests have no account that could be erased."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.ordering.erasing import erase_recipient
from plaza.contexts.ordering.order_group import Orders
from plaza.writing.unit_of_work import UnitOfWork


class EraseOrderAddress(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


class ErasedAddress(msgspec.Struct, frozen=True):
    order_id: UUID
    erased_at: datetime


async def erase_order_address(command: EraseOrderAddress, work: UnitOfWork) -> ErasedAddress:
    """Forget name, address, e-mail and phone number; a repeat tells when it was done.

    Raises:
        NotThere: there is no such order.
    """
    order = await Orders.of(work).find(command.order_id)
    erased_at = await erase_recipient(order.id, order.cart_id, work)
    return ErasedAddress(order.id, erased_at or work.now)
