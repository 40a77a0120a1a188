"""A shopper tries once more to pay an order."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.order_group import Orders
from plaza.contexts.payments.commands.begin_attempt import BeginAttempt, begin_attempt
from plaza.kernel.money import Money
from plaza.writing.unit_of_work import UnitOfWork


class AttemptPayment(msgspec.Struct, frozen=True, kw_only=True):
    """Pay once more.

    Attributes:
        operation_id: the key under which the provider is asked.
        claim_s: how long the caller has before others look after it.
        after: the attempt before, which the caller has claimed.
    """

    order_id: UUID
    operation_id: UUID
    claim_s: int
    after: UUID | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask the provider for."""

    operation_id: UUID
    amount: Money
    order_number: str


async def attempt_payment(command: AttemptPayment, work: UnitOfWork) -> Attempt:
    """Begin another attempt, and say what it is for.

    Raises:
        NotThere: there is no such order.
        PaymentOver: its payment waits for nothing.
        PaymentInProgress: another attempt is just being made.
    """
    order = await Orders.of(work).find_locked(command.order_id)
    begun = BeginAttempt(
        order_id=order.id,
        operation_id=command.operation_id,
        claim_s=command.claim_s,
        after=command.after,
    )
    payment = await begin_attempt(begun, work)
    return Attempt(
        operation_id=command.operation_id,
        amount=Money(payment.amount_minor, payment.currency),
        order_number=order.number,
    )
