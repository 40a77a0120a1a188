"""Whose payment did not work out is told by mail; they may not be looking any more."""

from plaza.contexts.notifications.commands.queue_mail import QueueMail, mail_about, queue_mail
from plaza.contexts.ordering.events import OrderFailed
from plaza.processes.process import Process


def follow_up(event: OrderFailed) -> QueueMail:
    return mail_about("order_failed", event.order_id)


PROCESS = Process(
    name="queue_mail_on_order_failed",
    on=OrderFailed,
    follow_up=follow_up,
    command=queue_mail,
    setting="order_mails",
    look_interval_s=0.5,
)
