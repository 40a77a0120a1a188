"""A vendor order was expired: its order is canceled if nothing else is left of it."""

from plaza.contexts.ordering.commands.cancel_emptied_order import (
    CancelEmptiedOrder,
    cancel_emptied_order,
)
from plaza.contexts.ordering.events import VendorOrderExpired
from plaza.processes.process import Process


def follow_up(event: VendorOrderExpired) -> CancelEmptiedOrder:
    return CancelEmptiedOrder(order_id=event.order_id)


PROCESS = Process(
    name="cancel_order_on_vendor_order_expired",
    on=VendorOrderExpired,
    follow_up=follow_up,
    command=cancel_emptied_order,
)
