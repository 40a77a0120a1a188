"""An order as it stands, for who comes back to what was settled meanwhile."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.order_group import Orders
from plaza.contexts.ordering.vendor_order import VendorOrders
from plaza.contexts.payments.payment import Payments
from plaza.crossings.orders.settle_payment import Settled
from plaza.writing.unit_of_work import UnitOfWork


class RecallOrder(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def recall_order(command: RecallOrder, work: UnitOfWork) -> Settled:
    """The order with its parts and its payment, as commands see them.

    Raises:
        NotThere: there is none, or it is not for the caller to see.
    """
    order = await Orders.of(work).find(command.order_id)
    parts = await VendorOrders.of(work).of_order(order.id)
    payment = await Payments.of(work).of_order_locked(order.id)
    return Settled(order=order, parts=parts, payment=payment)
