"""A vendor has let its time to accept an order pass."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.crossings.orders.cancel_vendor_order import give_back
from plaza.writing.unit_of_work import UnitOfWork

REASON = "The vendor has not accepted it in time."


class ExpireVendorOrder(msgspec.Struct, frozen=True, kw_only=True):
    vendor_order_id: UUID


async def expire_vendor_order(command: ExpireVendorOrder, work: UnitOfWork) -> bool:
    """Expire it if it is due; the database's clock decides.

    Returns:
        Whether it has expired; not where somebody was faster.
    """
    orders = VendorOrders.of(work)
    part = await orders.find_locked(command.vendor_order_id)
    if part.accept_by is None or part.accept_by > work.now:
        return False
    left = part.total_minor - part.canceled_minor
    work.publish(part.end("expired", REASON, work.now))
    await orders.cancel_lines_of([part.id])
    await give_back(part, left, None, work)
    return True
