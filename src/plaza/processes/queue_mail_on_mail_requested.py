"""Whoever changes an account, or wants to, is told by mail."""

from plaza.contexts.identity.events import MailRequested
from plaza.contexts.notifications.commands.queue_mail import QueueMail, queue_mail
from plaza.processes.process import Process


def follow_up(event: MailRequested) -> QueueMail:
    return QueueMail(mail_id=event.mail_request_id, kind=event.purpose)


PROCESS = Process(
    name="queue_mail_on_mail_requested",
    on=MailRequested,
    follow_up=follow_up,
    command=queue_mail,
)
