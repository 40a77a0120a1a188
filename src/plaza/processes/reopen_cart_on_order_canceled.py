"""An order was canceled before it was placed: its cart is usable again."""

from plaza.contexts.ordering.commands.reopen_cart import ReopenCart, reopen_cart
from plaza.contexts.ordering.events import OrderCanceled
from plaza.processes.process import Process


def follow_up(event: OrderCanceled) -> ReopenCart:
    return ReopenCart(order_id=event.order_id)


PROCESS = Process(
    name="reopen_cart_on_order_canceled",
    on=OrderCanceled,
    follow_up=follow_up,
    command=reopen_cart,
)
