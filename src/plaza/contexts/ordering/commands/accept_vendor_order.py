"""A vendor accepts an order."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.writing.unit_of_work import UnitOfWork


class AcceptVendorOrder(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    vendor_order_id: UUID
    version: int | None = None
    """The version that the caller read; checked where given."""


async def accept_vendor_order(command: AcceptVendorOrder, work: UnitOfWork) -> VendorOrder:
    """Have the vendor promise to send it.

    Raises:
        NotThere: it is not the vendor's.
        StaleVersion: it was changed since the caller read it.
        AcceptanceOver: the time for that is over.
        IllegalTransition: it does not wait for acceptance.
    """
    part = await VendorOrders.of(work).of_vendor(command.vendor_order_id, command.vendor_id)
    part.expect_if_given(command.version)
    work.publish(part.accept(work.now))
    return part
