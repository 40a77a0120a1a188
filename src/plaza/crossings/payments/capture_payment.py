"""An operator captures what was authorized, or confirms that a bank transfer has come."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.contexts.payments.commands.charge_payment import ChargePayment, charge_payment
from plaza.contexts.payments.commands.return_share import ReturnShare, return_share
from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.provider import Approved
from plaza.contexts.payments.share import Shares
from plaza.crossings.orders.settle_payment import SettlePayment, settle_payment
from plaza.kernel.refusals import IllegalTransition
from plaza.writing.unit_of_work import UnitOfWork


class CapturePayment(msgspec.Struct, frozen=True, kw_only=True):
    payment_id: UUID


async def capture_payment(command: CapturePayment, work: UnitOfWork) -> Payment:
    """Have it captured; an order that waited for a transfer is placed.

    What was canceled, and a provider has refused to give back, is asked for anew.

    Raises:
        NotThere: there is no such payment.
        IllegalTransition: nothing of it can be captured, nor has to be given back.
    """
    # Not locked here: settling locks the order first, as everybody does.
    payment = await Payments.of(work).find(command.payment_id)
    if payment.awaits_transfer and payment.operation_id is not None:
        return await _confirm_transfer(payment, payment.operation_id, work)
    return await _charge(payment, work)


async def _confirm_transfer(payment: Payment, operation_id: UUID, work: UnitOfWork) -> Payment:
    """The money has come: that is what the provider of transfers would say, if it were asked."""
    action = payment.wanted_action()
    assert action is not None  # It waits for a transfer.
    outcome = Approved(reference=action.reference or str(operation_id), is_captured=True)
    settling = SettlePayment(operation_id=operation_id, outcome=outcome)
    return (await settle_payment(settling, work)).payment


async def _charge(payment: Payment, work: UnitOfWork) -> Payment:
    """Have taken what was put aside, but for what was canceled, which is given back."""
    is_returning = await _return_what_is_canceled(payment.id, work)
    try:
        return await charge_payment(ChargePayment(payment_id=payment.id), work)
    except IllegalTransition:
        # What was canceled after it had been taken leaves nothing to take.
        if not is_returning:
            raise
        return payment


async def _return_what_is_canceled(payment_id: UUID, work: UnitOfWork) -> bool:
    """Ask anew for what a provider has once refused to give back, so that it is not taken.

    Returns:
        Whether there was anything to ask for.
    """
    is_returning = False
    payment = await Payments.of(work).find_locked(payment_id)
    for part in await VendorOrders.of(work).of_order_locked(payment.order_id):
        share = await Shares.of(work).of_vendor_order_locked(part.id)
        owed_minor = max(0, part.canceled_minor - share.given_back_minor)
        again = ReturnShare(vendor_order_id=part.id, amount_minor=owed_minor, is_capped=True)
        before = share.version
        is_returning |= (await return_share(again, work)).version != before
    return is_returning
