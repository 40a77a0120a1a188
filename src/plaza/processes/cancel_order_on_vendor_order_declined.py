"""A vendor order was declined: its order is canceled if nothing else is left of it."""

from plaza.contexts.ordering.commands.cancel_emptied_order import (
    CancelEmptiedOrder,
    cancel_emptied_order,
)
from plaza.contexts.ordering.events import VendorOrderDeclined
from plaza.processes.process import Process


def follow_up(event: VendorOrderDeclined) -> CancelEmptiedOrder:
    return CancelEmptiedOrder(order_id=event.order_id)


PROCESS = Process(
    name="cancel_order_on_vendor_order_declined",
    on=VendorOrderDeclined,
    follow_up=follow_up,
    command=cancel_emptied_order,
)
