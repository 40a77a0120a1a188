"""A shopper cancels an order, whole.

If it was pending, a process opens its cart again.
"""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.commands.release_reservations import (
    ReleaseReservations,
    release_reservations,
)
from plaza.contexts.ordering.order_group import CompletionInProgress, Orders
from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.contexts.payments.commands.give_up_payment import GiveUpPayment, give_up_payment
from plaza.contexts.payments.commands.return_payment import ReturnPayment, return_payment
from plaza.contexts.payments.payment import Payments
from plaza.crossings.orders.settle_payment import Settled
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class PartCompleted(Conflict):
    code = "order_completed"
    title = "Some of it was completed already"


class PartAccepted(Conflict):
    code = "order_accepted"
    title = "A vendor has accepted its part"


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID
    reason: str | None = None


async def cancel_order(command: CancelOrder, work: UnitOfWork) -> Settled:
    """End the order and every part of it; what was paid goes back.

    Raises:
        NotThere: there is no such order, or it is not for the caller to see.
        PartCompleted: a vendor has completed its part; the others can be canceled one by one.
        PartAccepted: vendors have to accept here, and one has.
        IllegalTransition: it is over already.
        CompletionInProgress: its payment is being asked for right now.
    """
    order = await Orders.of(work).find_locked(command.order_id)
    payment = await Payments.of(work).of_order_locked(order.id)
    if payment.status == "pending" and payment.is_claimed(work.now):
        raise CompletionInProgress("Ask again in a moment what has become of its payment.")
    vendor_orders = VendorOrders.of(work)
    # Before their lines and shares, as whoever cancels one of them takes them.
    parts = await vendor_orders.of_order_locked(order.id)
    if any(part.status == "completed" for part in parts):
        raise PartCompleted("Cancel the other vendors' parts one by one.")
    if order.acceptance_s is not None and any(part.status == "accepted" for part in parts):
        raise PartAccepted("It has promised to send it: ask the vendor to cancel it.")
    was_pending = order.status == "pending"
    work.publish(order.cancel(command.reason, work.now))
    for part in parts:
        if not part.is_over:
            work.publish(part.end("canceled", command.reason, work.now))
    await vendor_orders.cancel_lines_of([part.id for part in parts])
    if was_pending:
        await give_up_payment(GiveUpPayment(order_id=order.id), work)
    await return_payment(ReturnPayment(order_id=order.id), work)
    await release_reservations(ReleaseReservations(order_id=order.id), work)
    return Settled(order=order, parts=parts, payment=payment)
