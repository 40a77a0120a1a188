"""An operator has seen to what was in the way, and wants a mail sent now."""

from uuid import UUID

import msgspec

from plaza.contexts.notifications.mail import Mail, Mails
from plaza.writing.unit_of_work import UnitOfWork


class RetryMail(msgspec.Struct, frozen=True, kw_only=True):
    mail_id: UUID


async def retry_mail(command: RetryMail, work: UnitOfWork) -> Mail:
    mail = await Mails.of(work).find_locked(command.mail_id)
    work.publish(mail.retry(work.now))
    return mail
