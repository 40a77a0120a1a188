"""A vendor has let its time to accept an order pass."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.crossings.orders.end_vendor_order import EndVendorOrder, end_vendor_order
from plaza.writing.unit_of_work import UnitOfWork

REASON = "The vendor has not accepted it in time."


class ExpireVendorOrder(msgspec.Struct, frozen=True, kw_only=True):
    vendor_order_id: UUID


async def expire_vendor_order(command: ExpireVendorOrder, work: UnitOfWork) -> bool:
    """Expire it if it is due; the database's clock decides.

    Returns:
        Whether it has expired now; not where somebody was faster.

    Raises:
        NotThere: there is no such vendor order.
    """
    part = await VendorOrders.of(work).find_locked(command.vendor_order_id)
    if part.accept_by is None or part.accept_by > work.now:
        return False
    ending = EndVendorOrder(part=part, status="expired", reason=REASON)
    await end_vendor_order(ending, work)
    return True
