"""What a checkout answers: the order as it stands, however it came there."""

from typing import Literal
from uuid import UUID

import msgspec

from plaza.contexts.ordering.events import OrderStatus, VendorOrderStatus
from plaza.contexts.payments.events import WAITING, NextAction, PaymentStatus
from plaza.crossings.orders.settle_payment import Settled
from plaza.kernel.money import Money
from plaza.kernel.refusals import Unprocessable
from plaza.writing.answer import Answer, answer_with, refused

Done = Literal[200, 201]
"""The status of an answer about an order that waits for nothing."""


class PaymentFailed(Unprocessable):
    """Nothing was taken; the cart can be completed again, with other means of payment."""

    code = "payment_failed"
    title = "The payment was not made"


class VendorOrderState(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    vendor_id: UUID
    number: str
    status: VendorOrderStatus
    total: Money


class OrderState(msgspec.Struct, frozen=True, kw_only=True):
    """An order right after a command.

    Attributes:
        next_action: what the shopper has to do, or wait for, while it is pending.
        order_secret: opens the order for a guest, with the header Plaza-Order-Secret.
    """

    order_id: UUID
    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    total: Money
    vendor_orders: list[VendorOrderState]
    next_action: NextAction | None = None
    order_secret: str | None = None


def order_answer(settled: Settled, done: Done, order_secret: str | None, trace_id: str) -> Answer:
    """201 or 200 for what is done, 202 for what waits, 422 for what came to nothing."""
    order, payment = settled.order, settled.payment
    if order.status == "failed":
        reason = order.status_reason or "payment_not_made"
        failed = PaymentFailed(
            "The cart can be completed again, with another token.", reason=reason
        )
        return refused(failed, trace_id)
    waits = order.status == "pending"
    state = OrderState(
        order_id=order.id,
        number=order.number,
        status=order.status,
        payment_status=payment.status,
        total=Money(order.total_minor, order.currency),
        vendor_orders=[
            VendorOrderState(
                id=part.id,
                vendor_id=part.vendor_id,
                number=part.number,
                status=part.status,
                total=Money(part.total_minor, part.currency),
            )
            for part in settled.parts
        ],
        next_action=(payment.wanted_action() or WAITING) if waits else None,
        order_secret=order_secret,
    )
    return answer_with(202 if waits else done, state)
