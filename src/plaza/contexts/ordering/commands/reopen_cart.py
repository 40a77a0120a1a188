"""The order that a cart was to become has come to nothing: the cart can be changed again."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart import Carts
from plaza.contexts.ordering.order_group import Orders
from plaza.writing.unit_of_work import UnitOfWork


class ReopenCart(msgspec.Struct, frozen=True, kw_only=True):
    order_id: UUID


async def reopen_cart(command: ReopenCart, work: UnitOfWork) -> bool:
    """Open the order's cart again, unless it was bought or is being bought once more.

    Returns:
        Whether there is more to do: never.

    Raises:
        NotThere: there is no such order, or its cart is gone.
    """
    order = await Orders.of(work).find(command.order_id)
    cart = await Carts.of(work).find_locked(order.cart_id)
    if await Orders.of(work).of_cart(cart.id) is None:
        cart.reopen(work.now)
    return False
