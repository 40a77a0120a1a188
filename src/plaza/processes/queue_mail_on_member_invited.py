"""Whoever is to work with a vendor gets a mail with the invitation."""

from plaza.contexts.notifications.commands.queue_mail import QueueMail, queue_mail
from plaza.contexts.vendors.events import MemberInvited
from plaza.processes.process import Process


def follow_up(event: MemberInvited) -> QueueMail:
    return QueueMail(mail_id=event.invitation_id, kind="invitation")


PROCESS = Process(
    name="queue_mail_on_member_invited",
    on=MemberInvited,
    follow_up=follow_up,
    command=queue_mail,
)
