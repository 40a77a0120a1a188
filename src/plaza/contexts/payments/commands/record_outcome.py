"""A provider has said what became of an attempt: any number of times, in any order, one effect."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.occurrence import OccurrenceKind, Said, keep_once
from plaza.contexts.payments.operation import Operation, Operations
from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.provider import (
    ActionRequired,
    Approved,
    Declined,
    Finding,
    NeverHeardOf,
)
from plaza.contexts.payments.requesting import give_back_excess
from plaza.contexts.payments.share import Shares
from plaza.writing.unit_of_work import UnitOfWork

NOT_RECEIVED = "not_received"
"""The code of an attempt that the provider never heard of."""


class RecordOutcome(msgspec.Struct, frozen=True, kw_only=True):
    operation_id: UUID
    outcome: Finding


async def record_outcome(command: RecordOutcome, work: UnitOfWork) -> Payment:
    """Record the outcome; an approval stands, whatever else is said of the same attempt.

    Raises:
        NotThere: there is no such attempt.
    """
    payment, attempt = await Payments.of(work).of_operation_locked(command.operation_id)
    match command.outcome:
        case Approved():
            await _approve(payment, attempt, command.outcome, work)
            return payment
        case Declined(code=code):
            await _decline(payment, attempt, code, work)
        case NeverHeardOf():
            await _decline(payment, attempt, NOT_RECEIVED, work)
        case ActionRequired():
            await _require_action(payment, attempt, command.outcome, work)
    payment.conclude(attempt, work.now)
    return payment


async def _approve(
    payment: Payment, attempt: Operation, outcome: Approved, work: UnitOfWork
) -> None:
    counts = payment.authorization_id in {None, attempt.id}
    kinds = await _approved_kinds(payment, attempt, outcome, work)
    said = Said(outcome="succeeded", provider_reference=outcome.reference, is_excess=not counts)
    new = await keep_once(attempt, kinds, said, work)
    if not new:
        payment.conclude(attempt, work.now)
        return
    attempt.provider_reference = outcome.reference
    if attempt.conclude("succeeded"):
        payment.open_attempts -= 1
    captures, authorizes = "charge" in new, "authorization" in new
    fact = payment.approve(attempt, captures=captures) if counts else None
    # Before the next query, which writes pending changes: so the payment is written only once.
    payment.conclude(attempt, work.now)
    if fact is not None:
        work.publish(fact)
        shares = Shares.of(work)
        changed = await shares.approve(payment.id, authorizes=authorizes, captures=captures)
        work.publish(*(share.told() for share in changed))
    elif authorizes:
        give_back_excess(attempt, work, was_captured=outcome.is_captured)


async def _approved_kinds(
    payment: Payment, attempt: Operation, outcome: Approved, work: UnitOfWork
) -> list[OccurrenceKind]:
    """What an approval says: that the money was authorized, and perhaps captured as well.

    Once a capture was requested separately, it has an outcome of its own. The provider then counts
    it to the authorization, too, which must not count twice.
    """
    if not outcome.is_captured:
        return ["authorization"]
    is_told_again = payment.authorization_id == attempt.id
    if is_told_again and await Operations.of(work).has_charges(payment.id):
        return ["authorization"]
    return ["authorization", "charge"]


async def _decline(payment: Payment, attempt: Operation, code: str, work: UnitOfWork) -> None:
    new = await keep_once(attempt, ["authorization"], Said(outcome="failed", code=code), work)
    if not new or not attempt.conclude("failed"):
        return
    payment.open_attempts -= 1
    if attempt.id == payment.operation_id and payment.status == "pending":
        work.publish(payment.decline(code))


async def _require_action(
    payment: Payment, attempt: Operation, outcome: ActionRequired, work: UnitOfWork
) -> None:
    said = Said(outcome="requested", provider_reference=outcome.reference)
    await keep_once(attempt, ["action_required"], said, work)
    is_open = attempt.status == "requested" and payment.status == "pending"
    if not is_open or attempt.id != payment.operation_id:
        return
    attempt.provider_reference = outcome.reference or attempt.provider_reference
    fact = payment.require_action(outcome.next_action)
    if fact is not None:
        work.publish(fact)
