"""A vendor cancels its part of an order, or lines of it; its siblings know nothing of that."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.crossings.orders.end_vendor_order import EndVendorOrder, end_vendor_order, give_back
from plaza.writing.unit_of_work import UnitOfWork


class CancelVendorOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to cancel.

    Attributes:
        version: the version that the caller read; checked where given.
        lines: how many units of which lines; None: all that is left of all lines.
    """

    vendor_id: UUID
    vendor_order_id: UUID
    version: int | None = None
    lines: Mapping[UUID, int] | None = None
    reason: str | None = None


async def cancel_vendor_order(command: CancelVendorOrder, work: UnitOfWork) -> VendorOrder:
    """Cancel it; what was paid for it goes back, what was reserved is for sale again.

    Raises:
        NotThere: it, or a line, is not the vendor's.
        StaleVersion: it was changed since the caller read it.
        IllegalTransition: it is over already.
        TooManyCanceled: fewer are left of a line.
    """
    part = await VendorOrders.of(work).of_vendor(command.vendor_order_id, command.vendor_id)
    part.expect_if_given(command.version)
    if command.lines is None:
        ending = EndVendorOrder(part=part, status="canceled", reason=command.reason)
        await end_vendor_order(ending, work)
        return part
    before_minor = part.canceled_minor
    work.publish(part.cancel_lines(command.lines, command.reason, work.now))
    await give_back(part, part.canceled_minor - before_minor, command.lines, work)
    return part
