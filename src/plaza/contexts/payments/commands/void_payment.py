"""What was put aside for an order is let go, whole."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.returning import give_back
from plaza.contexts.payments.share import Shares
from plaza.kernel.refusals import IllegalTransition
from plaza.writing.unit_of_work import UnitOfWork


class VoidPayment(msgspec.Struct, frozen=True, kw_only=True):
    payment_id: UUID


async def void_payment(command: VoidPayment, work: UnitOfWork) -> Payment:
    """Have everything voided that was authorized; what was captured is for refunds.

    Raises:
        NotThere: there is no such payment.
        IllegalTransition: something of it was or is being captured, or there is nothing to void.
    """
    payment = await Payments.of(work).find_locked(command.payment_id)
    shares = await Shares.of(work).of_payment_locked(payment.id)
    is_taken = any(share.captured_minor + share.capturing_minor > 0 for share in shares)
    voidable = [share for share in shares if share.chargeable_minor > 0]
    if is_taken or not voidable:
        raise IllegalTransition("payment", payment.status, "voided", [])
    for share in voidable:
        await give_back(share, share.chargeable_minor, work)
    return payment
