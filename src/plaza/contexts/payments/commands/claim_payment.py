"""One process asks the provider for the outcome of an attempt, and no other one meanwhile."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.payment import PaymentOver, Payments
from plaza.kernel.money import Money
from plaza.writing.unit_of_work import UnitOfWork


class ClaimPayment(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID
    claim_s: int


class ClaimedAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask the provider about.

    Attributes:
        operation_id: the key under which it was, or is now, asked for.
    """

    operation_id: UUID
    provider: str
    amount: Money


async def claim_payment(command: ClaimPayment, work: UnitOfWork) -> ClaimedAttempt:
    """Be the one who asks about the last attempt.

    Raises:
        PaymentOver: nothing is open.
        PaymentInProgress: somebody else is asking.
    """
    payment = await Payments.of(work).of_order_locked(command.order_id)
    payment.claim(work.now, command.claim_s)
    if payment.operation_id is None:
        raise PaymentOver("Nothing has to be paid.")
    return ClaimedAttempt(
        operation_id=payment.operation_id,
        provider=payment.provider,
        amount=Money(payment.amount_minor, payment.currency),
    )
