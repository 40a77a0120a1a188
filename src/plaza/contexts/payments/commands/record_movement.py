"""A provider has said what became of a capture, void or refund: one effect, however often."""

from uuid import UUID

import msgspec

from plaza.contexts.payments.occurrence import Said, keep_once
from plaza.contexts.payments.operation import Operation
from plaza.contexts.payments.payment import Payment, Payments
from plaza.contexts.payments.provider import Movement, MovementMade, MovementRefused
from plaza.contexts.payments.requesting import request_movement
from plaza.contexts.payments.share import Share, Shares
from plaza.writing.unit_of_work import UnitOfWork

NO_ANSWER = "no answer in time"


class RecordMovement(msgspec.Struct, frozen=True, kw_only=True):
    operation_id: UUID
    outcome: Movement


async def record_movement(command: RecordMovement, work: UnitOfWork) -> Payment:
    """Record it; without an answer it is asked again later, under the same key.

    Raises:
        NotThere: there is no such operation.
    """
    payment, operation = await Payments.of(work).of_operation_locked(command.operation_id)
    match command.outcome:
        case MovementMade(reference=reference):
            said = Said(outcome="succeeded", provider_reference=reference)
            await _conclude(payment, operation, said, work)
        case MovementRefused(code=code):
            await _conclude(payment, operation, Said(outcome="failed", code=code), work)
        case _ if operation.status == "requested":
            operation.try_later(work.now, NO_ANSWER)
    return payment


async def _conclude(payment: Payment, operation: Operation, said: Said, work: UnitOfWork) -> None:
    is_excess = operation.authorization_id is not None
    said = msgspec.structs.replace(said, is_excess=is_excess)
    if not await keep_once(operation, [operation.kind], said, work):
        return
    moved, had_moved = said.outcome == "succeeded", operation.status == "succeeded"
    waited = operation.conclude(said.outcome)
    operation.last_error = said.code
    if had_moved:
        return
    not_taken_minor = 0
    if not is_excess:
        not_taken_minor = await _conclude_share(operation, work, waited=waited, moved=moved)
    if not moved:
        work.publish(payment.refuse(operation, said.code or ""))
    elif not is_excess:
        work.publish(payment.move(operation, not_taken_minor))


async def _conclude_share(
    operation: Operation, work: UnitOfWork, *, waited: bool, moved: bool
) -> int:
    """Count it in the vendor order's share, see `Share.conclude`."""
    if operation.vendor_order_id is None:
        return 0
    share = await Shares.of(work).of_vendor_order_locked(operation.vendor_order_id)
    not_taken_minor = share.conclude(
        operation.kind, operation.amount_minor, waited=waited, moved=moved
    )
    if waited and not moved:
        _request_otherwise(share, operation, work)
    work.publish(share.told())
    return not_taken_minor


def _request_otherwise(share: Share, refused: Operation, work: UnitOfWork) -> None:
    """Give the money back the other way, after the provider has refused the first one.

    Which way is right depends on whether it was captured in the meantime.
    """
    amount_minor, left = refused.amount_minor, max(0, share.chargeable_minor)
    if refused.kind == "refund":
        # The capture that it waited for was refused: what is still put aside is let go.
        request_movement("void", share, min(amount_minor, left), work)
    elif refused.kind == "void":
        # It was taken meanwhile: what is not put aside any more is given back.
        request_movement("refund", share, amount_minor - left, work)
