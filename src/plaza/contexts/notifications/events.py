"""What mails say has happened to them; never to whom they went or what they said."""

from typing import ClassVar
from uuid import UUID

from plaza.kernel.event import Event


class MailEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "mail"

    mail_id: UUID
    kind: str


class MailQueued(MailEvent, frozen=True, kw_only=True, tag="notifications.mail_queued.v1"):
    pass


class MailRetried(MailEvent, frozen=True, kw_only=True, tag="notifications.mail_retried.v1"):
    """An operator wants it sent, whatever was tried before."""
