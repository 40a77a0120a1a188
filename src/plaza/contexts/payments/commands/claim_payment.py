"""One process asks the provider for the outcome of an attempt, and no other one meanwhile."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.payment import PaymentOver, Payments
from plaza.kernel.money import Money
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class PaymentProviderMismatch(Conflict):
    code = "payment_provider_mismatch"
    title = "The order's payment was begun with another provider"


class ClaimPayment(msgspec.Struct, frozen=True, kw_only=True):
    """Whose attempt to ask about.

    Attributes:
        provider: whom the caller is going to ask; None: whoever it is.
    """

    order_id: UUID
    claim_s: int
    provider: str | None = None


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
        NotThere: the order has no payment.
        PaymentOver: nothing is open.
        PaymentInProgress: somebody else is asking.
        PaymentProviderMismatch: it was begun with another provider; nothing is claimed.
    """
    payment = await Payments.of(work).of_order_locked(command.order_id)
    payment.claim(work.now, command.claim_s)
    if payment.operation_id is None:
        raise PaymentOver("Nothing has to be paid.")
    if command.provider not in {None, payment.provider}:
        # One provider's token is nothing to show another.
        raise PaymentProviderMismatch(
            f"Name `{payment.provider}`, or cancel the order and complete the cart again.",
            provider=payment.provider,
        )
    return ClaimedAttempt(
        operation_id=payment.operation_id,
        provider=payment.provider,
        amount=Money(payment.amount_minor, payment.currency),
    )
