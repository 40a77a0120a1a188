"""A shopper tries once more to pay: another attempt, under a key of its own."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.occurrence import first_of
from plaza.contexts.payments.operation import Operation
from plaza.contexts.payments.payment import Payment, Payments
from plaza.writing.unit_of_work import UnitOfWork


class BeginAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """Attempt it once more.

    Attributes:
        operation_id: the key under which the provider is asked.
        claim_s: how long the caller has before others look after it.
        after: the attempt before, where the caller has claimed that and asked what became of it.
    """

    order_id: UUID
    operation_id: UUID
    claim_s: int
    after: UUID | None = None


async def begin_attempt(command: BeginAttempt, work: UnitOfWork) -> Payment:
    """Begin it; what the attempts before it have left open is closed by the reconciler.

    Raises:
        NotThere: the order has no payment.
        PaymentOver: the payment does not wait for that.
        PaymentInProgress: another attempt is just being made.
    """
    payment = await Payments.of(work).of_order_locked(command.order_id)
    fact = payment.begin(command.operation_id, work.now, command.claim_s, command.after)
    if fact is not None:
        work.publish(fact)
    authorization = authorization_of(payment, command.operation_id)
    work.session.add_all([authorization, first_of(authorization)])
    return payment


def authorization_of(payment: Payment, operation_id: UUID) -> Operation:
    """A new attempt at the whole of it."""
    return Operation(
        id=operation_id,
        payment_id=payment.id,
        order_id=payment.order_id,
        account_id=payment.account_id,
        kind="authorization",
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        status="requested",
        attempts=0,
    )
