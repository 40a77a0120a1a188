"""An order is over once every vendor's part of it is."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.order_group import Orders
from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.writing.unit_of_work import UnitOfWork

REASON = "no_vendor_delivers"
"""A code, as other reasons are; older orders say a sentence in its place."""


class CancelEmptiedOrder(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def cancel_emptied_order(command: CancelEmptiedOrder, work: UnitOfWork) -> bool:
    """Cancel the placed order if nothing of it is left.

    Returns:
        Whether there is more to do: never.

    Raises:
        NotThere: there is no such order.
    """
    order = await Orders.of(work).find_locked(command.order_id)
    parts = await VendorOrders.of(work).of_order(order.id)
    if order.status == "placed" and all(part.is_over for part in parts):
        work.publish(order.cancel(REASON, work.now))
    return False
