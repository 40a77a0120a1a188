"""A vendor that has a new order is told by mail, at its contact address."""

from plaza.contexts.notifications.commands.queue_mail import QueueMail, mail_about, queue_mail
from plaza.contexts.ordering.events import VendorOrderPlaced
from plaza.processes.process import Process


def follow_up(event: VendorOrderPlaced) -> QueueMail:
    return mail_about("vendor_order_placed", event.vendor_order_id)


PROCESS = Process(
    name="queue_mail_on_vendor_order_placed",
    on=VendorOrderPlaced,
    follow_up=follow_up,
    command=queue_mail,
    setting="order_mails",
    look_interval_s=0.5,
)
