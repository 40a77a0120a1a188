"""What was put aside for an order is let go, whole."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.operator_moves import can_be_voided, operator_moves
from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.requesting import give_back
from plaza.contexts.payments.share import Shares
from plaza.kernel.refusals import IllegalTransition
from plaza.writing.unit_of_work import UnitOfWork

CANCELABLE = {"pending", "authorized", "partially_paid", "paid", "overpaid", "partially_refunded"}
ADVICE = "Have the order canceled instead: it stops waiting, and what was taken goes back."


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
    if not can_be_voided(shares):
        moves = operator_moves(payment, shares)
        advice = ADVICE if payment.status in CANCELABLE else None
        raise IllegalTransition("payment", payment.status, "voided", moves, advice=advice)
    for share in shares:
        if share.chargeable_minor > 0:
            give_back(share, share.chargeable_minor, work)
    return payment
