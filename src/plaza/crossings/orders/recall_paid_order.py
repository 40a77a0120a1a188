"""An order whose payment waits for nothing, for who comes back to pay it."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.order_group import MOVES, OrderGroup
from plaza.crossings.orders.recall_order import RecallOrder, recall_order
from plaza.crossings.orders.settle_payment import Settled
from plaza.kernel.refusals import IllegalTransition
from plaza.writing.unit_of_work import UnitOfWork


class RecallPaidOrder(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def recall_paid_order(command: RecallPaidOrder, work: UnitOfWork) -> Settled:
    """The order as it stands, if there is one to pay for.

    Raises:
        NotThere: there is none, or it is not for the caller to see.
        IllegalTransition: it has failed or was canceled, and nothing is going to be paid.
    """
    settled = await recall_order(RecallOrder(order_id=command.order_id), work)
    order = settled.order
    if order.status in {"failed", "canceled"}:
        raise IllegalTransition(
            "order",
            order.status,
            "placed",
            list(MOVES[order.status]),
            advice=_advice(order),
            cart_id=order.cart_id,
        )
    return settled


def _advice(order: OrderGroup) -> str:
    # The cart of an order that was placed stays completed, whatever became of the order.
    is_reopened = order.placed_at is None
    return "Complete its cart again." if is_reopened else "Begin another cart."
