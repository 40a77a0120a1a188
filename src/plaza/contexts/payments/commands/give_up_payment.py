"""Nobody waits for a payment any more: its order has come to nothing."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.share import Shares
from plaza.writing.unit_of_work import UnitOfWork


class GiveUpPayment(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def give_up_payment(command: GiveUpPayment, work: UnitOfWork) -> Payment:
    """Let it fail, if it is pending; what is approved later is recorded all the same.

    Raises:
        NotThere: the order has no payment.
    """
    payment = await Payments.of(work).of_order_locked(command.order_id)
    if payment.status != "pending":
        return payment
    work.publish(payment.give_up(work.now))
    for share in await Shares.of(work).touch(payment.id):
        work.publish(share.told(failed=True))
    return payment
