"""Ending a vendor's part of an order, whoever ends it: its money and its stock go back."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from plaza.contexts.inventory.commands.release_reservations import (
    ReleaseReservations,
    release_reservations,
)
from plaza.contexts.ordering.events import VendorOrderStatus
from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.contexts.payments.commands.return_share import ReturnShare, return_share
from plaza.writing.unit_of_work import UnitOfWork


class EndVendorOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to end.

    Attributes:
        part: found and locked by the caller.
        status: what it becomes: declined, expired or canceled.
    """

    part: VendorOrder
    status: VendorOrderStatus
    reason: str | None


async def end_vendor_order(command: EndVendorOrder, work: UnitOfWork) -> None:
    """End all that is left of it, and give back what was paid and reserved for that.

    Raises:
        IllegalTransition: it cannot become that.
    """
    part = command.part
    left_minor = part.total_minor - part.canceled_minor
    work.publish(part.end(command.status, command.reason, work.now))
    await VendorOrders.of(work).cancel_lines_of([part.id])
    await give_back(part, left_minor, None, work)


async def give_back(
    part: VendorOrder, amount_minor: int, lines: Mapping[UUID, int] | None, work: UnitOfWork
) -> None:
    """Give back the money and release the stock of what was canceled of a vendor order.

    Args:
        part: of which something was canceled.
        amount_minor: what the canceled units have cost.
        lines: how many units of which lines; None: all that is left of all lines.
        work: the stock comes last in its transaction.
    """
    # An operator may have let go of the money before: that is no reason to have to send the goods.
    returning = ReturnShare(vendor_order_id=part.id, amount_minor=amount_minor, is_capped=True)
    await return_share(returning, work)
    releasing = ReleaseReservations(order_id=part.order_id, lines=lines, vendor_order_id=part.id)
    await release_reservations(releasing, work)
