"""An operator takes what was put aside, or confirms that a bank transfer has come."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.commands.charge_payment import ChargePayment, charge_payment
from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.provider import Approved
from plaza.crossings.orders.settle_payment import SettlePayment, settle_payment
from plaza.writing.unit_of_work import UnitOfWork


class CapturePayment(msgspec.Struct, frozen=True, kw_only=True):
    payment_id: UUID


async def capture_payment(command: CapturePayment, work: UnitOfWork) -> Payment:
    """Have it captured; an order that waited for a transfer is placed.

    Raises:
        NotThere: there is no such payment.
        IllegalTransition: nothing of it can be captured.
    """
    # Not locked here: settling locks the order first, as everybody does.
    payment = await Payments.of(work).find(command.payment_id)
    action = payment.wanted_action()
    if not payment.awaits_transfer or payment.operation_id is None or action is None:
        return await charge_payment(ChargePayment(payment_id=command.payment_id), work)
    reference = action.reference or str(payment.operation_id)
    outcome = Approved(reference=reference, is_captured=True)
    settling = SettlePayment(operation_id=payment.operation_id, outcome=outcome)
    return (await settle_payment(settling, work)).payment
