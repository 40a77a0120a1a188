"""What was put aside for an order is taken."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.operator_moves import operator_moves
from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.requesting import request_movement
from plaza.contexts.payments.share import Shares
from plaza.kernel.refusals import IllegalTransition
from plaza.writing.unit_of_work import UnitOfWork


class ChargePayment(msgspec.Struct, frozen=True, kw_only=True):
    payment_id: UUID


async def charge_payment(command: ChargePayment, work: UnitOfWork) -> Payment:
    """Have everything captured that was authorized, and is not to be given back.

    Raises:
        NotThere: there is no such payment.
        IllegalTransition: nothing of it can be captured.
    """
    payment = await Payments.of(work).find_locked(command.payment_id)
    shares = await Shares.of(work).of_payment_locked(payment.id)
    chargeable = [share for share in shares if share.chargeable_minor > 0]
    if not chargeable:
        moves = operator_moves(payment, shares)
        raise IllegalTransition("payment", payment.status, "captured", moves)
    for share in chargeable:
        request_movement("charge", share, share.chargeable_minor, work)
        work.publish(share.told())
    return payment
