"""A vendor declines an order that waits for its acceptance."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.crossings.orders.cancel_vendor_order import give_back
from plaza.writing.unit_of_work import UnitOfWork


class DeclineVendorOrder(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    vendor_order_id: UUID
    version: int | None = None
    """The version that the caller read; checked where given."""
    reason: str | None = None


async def decline_vendor_order(command: DeclineVendorOrder, work: UnitOfWork) -> VendorOrder:
    """Decline it; what was paid for it goes back.

    Raises:
        NotThere: it is not the vendor's.
        IllegalTransition: it does not wait for acceptance.
    """
    orders = VendorOrders.of(work)
    part = await orders.of_vendor(command.vendor_order_id, command.vendor_id)
    if command.version is not None:
        part.expect(command.version)
    left = part.total_minor - part.canceled_minor
    work.publish(part.end("declined", command.reason, work.now))
    await orders.cancel_lines_of([part.id])
    await give_back(part, left, None, work)
    return part
