"""The last phase of a checkout: what the provider has said decides what becomes of the order.

One transaction, run by whoever comes first: the browser's request, the provider's webhook, or the
sweeper. Whoever comes later finds it done.
"""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.commands.commit_reservations import (
    CommitReservations,
    commit_reservations,
)
from plaza.contexts.inventory.commands.release_reservations import (
    ReleaseReservations,
    release_reservations,
)
from plaza.contexts.ordering.cart import Carts
from plaza.contexts.ordering.order_group import OrderGroup, Orders
from plaza.contexts.ordering.vendor_order import VendorOrder, VendorOrders
from plaza.contexts.payments.commands.give_up_payment import GiveUpPayment, give_up_payment
from plaza.contexts.payments.commands.record_outcome import RecordOutcome, record_outcome
from plaza.contexts.payments.commands.return_payment import ReturnPayment, return_payment
from plaza.contexts.payments.operation import Operations
from plaza.contexts.payments.payment import Payment
from plaza.contexts.payments.provider import Declined, Finding, NeverHeardOf
from plaza.writing.unit_of_work import UnitOfWork


class SettlePayment(msgspec.Struct, frozen=True, kw_only=True):
    """Act on what became of the attempt to authorize a payment."""

    operation_id: UUID
    outcome: Finding


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """Where the order stands now."""

    order: OrderGroup
    parts: list[VendorOrder]
    payment: Payment


async def settle_payment(command: SettlePayment, work: UnitOfWork) -> Settled:
    """Place the order, or let it come to nothing, or leave it pending.

    Raises:
        NotThere: there is no such attempt.
    """
    operation = await Operations.of(work).find(command.operation_id)
    # The order before the payment, as everybody locks them.
    order = await Orders.of(work).find_locked(operation.order_id)
    recorded = RecordOutcome(operation_id=command.operation_id, outcome=command.outcome)
    payment = await record_outcome(recorded, work)
    parts = await VendorOrders.of(work).of_order(order.id)
    if payment.is_approved:
        await _approved(order, parts, work)
    elif order.status == "pending" and _is_hopeless(command, payment):
        await let_fail(order, parts, _reason_of(command.outcome), work)
    return Settled(order=order, parts=parts, payment=payment)


async def place(order: OrderGroup, parts: list[VendorOrder], work: UnitOfWork) -> None:
    """Place the pending order: its vendors see it, and its stock is committed to it."""
    work.publish(order.place(work.now))
    for part in parts:
        work.publish(part.place(work.now, order.accept_by(work.now)))
    cart = await Carts.of(work).find_locked(order.cart_id)
    cart.complete()
    await commit_reservations(CommitReservations(order_id=order.id), work)


async def let_fail(
    order: OrderGroup, parts: list[VendorOrder], reason: str, work: UnitOfWork
) -> None:
    """Let the pending order come to nothing: release its stock, and open its cart again."""
    await give_up_payment(GiveUpPayment(order_id=order.id), work)
    work.publish(order.fail(reason))
    for part in parts:
        work.publish(part.end("failed", reason, work.now))
    await VendorOrders.of(work).cancel_lines_of([part.id for part in parts])
    cart = await Carts.of(work).find_locked(order.cart_id)
    cart.reopen(work.now)
    await release_reservations(ReleaseReservations(order_id=order.id), work)


async def _approved(order: OrderGroup, parts: list[VendorOrder], work: UnitOfWork) -> None:
    if order.status == "pending":
        await place(order, parts, work)
    elif order.status != "placed":
        # Too late: the order has come to nothing, and what was taken for it goes back.
        await return_payment(ReturnPayment(order_id=order.id), work)


def _is_hopeless(command: SettlePayment, payment: Payment) -> bool:
    """Whether the current attempt has failed, and not one before it."""
    is_current = payment.operation_id == command.operation_id
    return is_current and isinstance(command.outcome, Declined | NeverHeardOf)


def _reason_of(outcome: Finding) -> str:
    return outcome.code if isinstance(outcome, Declined) else "payment_not_made"
