"""A vendor declines an order that waits for its acceptance."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.crossings.orders.end_vendor_order import EndVendorOrder, end_vendor_order
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
        StaleVersion: it was changed since the caller read it.
        IllegalTransition: it does not wait for acceptance.
    """
    part = await VendorOrders.of(work).of_vendor(command.vendor_order_id, command.vendor_id)
    part.expect_if_given(command.version)
    ending = EndVendorOrder(part=part, status="declined", reason=command.reason)
    await end_vendor_order(ending, work)
    return part
