"""A mail that is to be sent; who gets it and what it says is found when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.notifications.events import MailRetried
from plaza.kernel.refusals import NotThere
from plaza.kernel.states import moved
from plaza.writing.aggregate import Aggregates, VersionedRow

Kind = Literal[
    "verify_email",
    "already_registered",
    "reset_password",
    "password_changed",
    "account_erased",
    "invitation",
    "order_placed",
    "order_canceled",
    "order_failed",
    "vendor_order_placed",
]
Status = Literal["pending", "sending", "sent", "dropped", "failed"]

# What commands move; the sender's own moves are in mail_queue.py.
RETRIES: Mapping[Status, tuple[Status, ...]] = {
    "pending": ("pending",),
    "sending": (),
    "sent": (),
    "dropped": (),
    "failed": ("pending",),
}

RETRY_DELAYS_S = (60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600)


class Mail(VersionedRow):
    """Its id is the id of the request or the invitation that it is about.

    Where more than one mail is about a thing, as about an order, `about_id` names that instead.
    """

    __tablename__ = "mail"
    __table_args__ = {"schema": "notifications"}  # noqa: RUF012  SQLAlchemy's own form

    kind: Mapped[Kind] = mapped_column(Text)
    about_id: Mapped[UUID | None]
    status: Mapped[Status] = mapped_column(Text)
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    def retry(self, now: datetime) -> MailRetried:
        """Begin anew, as if nothing had been tried yet.

        Raises:
            IllegalTransition: it is on its way, has arrived, or nobody is to get it.
        """
        self.status = moved("mail", RETRIES, self.status, "pending")
        self.attempts, self.next_attempt_at = 0, now
        self.version += 1
        return MailRetried(mail_id=self.id, version=self.version, kind=self.kind)


class Mails(Aggregates[Mail]):
    model_type = Mail

    async def find_locked(self, mail_id: UUID) -> Mail:
        """The mail, which no sender takes before the command is over.

        Raises:
            NotThere: there is none.
        """
        mail = await self.session.get(Mail, mail_id, with_for_update=True)
        if mail is None:
            raise NotThere
        return mail


def delay_after(attempts: int) -> int | None:
    """Seconds to wait after so many attempts that failed; None where there is to be no other."""
    return RETRY_DELAYS_S[attempts - 1] if attempts <= len(RETRY_DELAYS_S) else None
