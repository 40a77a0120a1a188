"""Who has bought something gets a mail that says what."""

from plaza.contexts.notifications.commands.queue_mail import QueueMail, mail_about, queue_mail
from plaza.contexts.ordering.events import OrderPlaced
from plaza.processes.process import Process


def follow_up(event: OrderPlaced) -> QueueMail:
    return mail_about("order_placed", event.order_id)


PROCESS = Process(
    name="queue_mail_on_order_placed",
    on=OrderPlaced,
    follow_up=follow_up,
    command=queue_mail,
    setting="order_mails",
    look_interval_s=0.5,
)
