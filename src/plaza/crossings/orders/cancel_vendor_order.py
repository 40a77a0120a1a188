"""A vendor cancels its part of an order, or lines of it; its siblings know nothing of that."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plaza.contexts.inventory.commands.release_reservations import (
    ReleaseReservations,
    release_reservations,
)
from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.contexts.payments.commands.return_share import ReturnShare, return_share
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
        IllegalTransition: it is over already.
        TooManyCanceled: fewer are left of a line.
    """
    orders = VendorOrders.of(work)
    part = await orders.of_vendor(command.vendor_order_id, command.vendor_id)
    if command.version is not None:
        part.expect(command.version)
    before = part.canceled_minor
    if command.lines is None:
        work.publish(part.end("canceled", command.reason, work.now))
        await orders.cancel_lines_of([part.id])
    else:
        work.publish(part.cancel_lines(command.lines, command.reason, work.now))
    await give_back(part, part.canceled_minor - before, command.lines, work)
    return part


async def give_back(
    part: VendorOrder, amount_minor: int, lines: Mapping[UUID, int] | None, work: UnitOfWork
) -> None:
    """Return money and stock of what was canceled of a vendor order; stock comes last."""
    # An operator may have let go of the money before: that is no reason to have to send the goods.
    returning = ReturnShare(vendor_order_id=part.id, amount_minor=amount_minor, is_capped=True)
    await return_share(returning, work)
    releasing = ReleaseReservations(order_id=part.order_id, lines=lines, vendor_order_id=part.id)
    await release_reservations(releasing, work)
