"""Somebody is to get a mail."""

from uuid import UUID

import msgspec
from sqlalchemy.dialects.postgresql import insert

from plaza.contexts.notifications.events import MailQueued
from plaza.contexts.notifications.mail import Mail
from plaza.kernel.ids import new_id
from plaza.writing.unit_of_work import UnitOfWork


class QueueMail(msgspec.Struct, frozen=True, kw_only=True):
    mail_id: UUID
    """Of the request or the invitation that the mail is about: each is told of once."""
    kind: str
    about_id: UUID | None = None
    """Of what the mail is about, where its own id does not say so; once a kind."""


def mail_about(kind: str, about_id: UUID) -> QueueMail:
    """To queue one of several kinds of mails about a thing."""
    return QueueMail(mail_id=new_id(), kind=kind, about_id=about_id)


async def queue_mail(command: QueueMail, work: UnitOfWork) -> bool:
    """Queue the mail, unless it has been queued before.

    Returns:
        Whether more is to be done: never, this is the whole consequence.
    """
    new = insert(Mail).values(
        id=command.mail_id, kind=command.kind, about_id=command.about_id, version=1
    )
    queued = await work.session.scalar(new.on_conflict_do_nothing().returning(Mail.id))
    if queued is not None:
        work.publish(MailQueued(mail_id=command.mail_id, version=1, kind=command.kind))
    return False
