"""Somebody is to get a mail."""

from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert

from plaza.contexts.notifications.events import MailQueued
from plaza.contexts.notifications.mail import Mail
from plaza.writing.unit_of_work import UnitOfWork


class QueueMail(msgspec.Struct, frozen=True, kw_only=True):
    mail_id: UUID
    """Of the request or the invitation that the mail is about: each is told of once."""
    kind: str


async def queue_mail(command: QueueMail, work: UnitOfWork) -> bool:
    """Queue the mail, unless it has been queued before.

    Returns:
        Whether more is to be done: never, this is the whole consequence.
    """
    new = insert(Mail).values(id=command.mail_id, kind=command.kind, version=1)
    queued = await work.session.scalar(new.on_conflict_do_nothing().returning(Mail.id))
    if queued is not None:
        work.publish(MailQueued(mail_id=command.mail_id, version=1, kind=command.kind))
    return False
