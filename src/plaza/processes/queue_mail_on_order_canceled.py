"""Whose order was canceled is told by mail."""

from plaza.contexts.notifications.commands.queue_mail import QueueMail, mail_about, queue_mail
from plaza.contexts.ordering.events import OrderCanceled
from plaza.processes.process import Process


def follow_up(event: OrderCanceled) -> QueueMail:
    return mail_about("order_canceled", event.order_id)


PROCESS = Process(
    name="queue_mail_on_order_canceled",
    on=OrderCanceled,
    follow_up=follow_up,
    command=queue_mail,
    setting="order_mails",
    look_interval_s=0.5,
)
