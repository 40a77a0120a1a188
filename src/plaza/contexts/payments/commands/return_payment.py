"""All that was paid for an order goes back: it has come to nothing."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.requesting import give_back
from plaza.contexts.payments.share import Shares
from plaza.writing.unit_of_work import UnitOfWork


class ReturnPayment(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def return_payment(command: ReturnPayment, work: UnitOfWork) -> Payment:
    """Have everything given back that was paid and is not on its way back.

    Raises:
        NotThere: the order has no payment.
    """
    payment = await Payments.of(work).of_order_locked(command.order_id)
    if not payment.is_approved:
        return payment
    for share in await Shares.of(work).of_payment_locked(payment.id):
        if share.returnable_minor > 0:
            give_back(share, share.returnable_minor, work)
    return payment
