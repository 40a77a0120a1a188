"""A payment provider sends a message of its own accord: kept by its id, and acted on once."""

from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from plaza.contexts.payments.commands.record_movement import RecordMovement, record_movement
from plaza.contexts.payments.operation import Operation, Operations
from plaza.contexts.payments.payment import Payments
from plaza.contexts.payments.provider import MovementMade, MovementRefused, ProviderEvent
from plaza.crossings.orders.settle_payment import SettlePayment, settle_payment
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork

# Ids only, never the message: it may name people.
KEEP = text("""
    INSERT INTO payments.webhook (provider, event_id, type, operation_id, payment_id, outcome)
    VALUES (:provider, :event_id, :type, :operation_id, :payment_id, :outcome)
    ON CONFLICT DO NOTHING RETURNING event_id
""")

Reception = Literal["acted_on", "ignored", "known"]


class ReceivePaymentWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was verified."""

    provider: str
    event: ProviderEvent


async def receive_payment_webhook(command: ReceivePaymentWebhook, work: UnitOfWork) -> Reception:
    """Act on it, unless it was acted on before, or is about nothing that is known here."""
    operation = await _operation(command.event.operation_id, work)
    acts = operation is not None and await _fits(operation, command, work)
    reception: Reception = "acted_on" if acts else "ignored"
    if not await _is_new(command, operation, reception, work):
        return "known"
    if acts:
        await _act(command.event, work)
    return reception


async def _operation(operation_id: UUID, work: UnitOfWork) -> Operation | None:
    try:
        return await Operations.of(work).find(operation_id)
    except NotThere:
        return None


async def _fits(operation: Operation, command: ReceivePaymentWebhook, work: UnitOfWork) -> bool:
    """Whether what is said can be said of an operation of its kind, and by this provider."""
    payment = await Payments.of(work).find(operation.payment_id)
    says_movement = isinstance(command.event.outcome, MovementMade | MovementRefused)
    is_theirs = payment.provider == command.provider
    return is_theirs and says_movement == (operation.kind != "authorization")


async def _is_new(
    command: ReceivePaymentWebhook,
    operation: Operation | None,
    reception: Reception,
    work: UnitOfWork,
) -> bool:
    kept = {
        "provider": command.provider,
        "event_id": command.event.event_id,
        "type": command.event.type,
        "operation_id": None if operation is None else operation.id,
        "payment_id": None if operation is None else operation.payment_id,
        "outcome": reception,
    }
    return await work.session.scalar(KEEP, kept) is not None


async def _act(event: ProviderEvent, work: UnitOfWork) -> None:
    outcome = event.outcome
    if isinstance(outcome, MovementMade | MovementRefused):
        moved = RecordMovement(operation_id=event.operation_id, outcome=outcome)
        await record_movement(moved, work)
    else:
        settling = SettlePayment(operation_id=event.operation_id, outcome=outcome)
        await settle_payment(settling, work)
