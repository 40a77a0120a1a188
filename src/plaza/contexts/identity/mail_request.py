"""A mail that somebody is to get: the row that the link in it names."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta
from sqlalchemy import (
    ColumnElement,
    FetchedValue,
    ScalarSelect,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from plaza.contexts.identity.account import Account, Accounts
from plaza.contexts.identity.events import MailPurpose, MailRequested
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotThere, Unprocessable
from plaza.kernel.text import normalized_email
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

LIFETIMES: dict[MailPurpose, timedelta] = {
    "verify_email": timedelta(days=3),
    "already_registered": timedelta(days=1),
    "reset_password": timedelta(hours=1),
    "password_changed": timedelta(days=1),
    "account_erased": timedelta(days=1),
}


MailToken = Annotated[str, Meta(min_length=1, max_length=200)]
"""What stands in a mail's link."""


class InvalidMailToken(Unprocessable):
    code = "invalid_token"
    title = "The link is not valid, or not any more"


class MailRequest(Row):
    __tablename__ = "mail_request"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[MailPurpose] = mapped_column(Text)
    email: Mapped[str]
    account_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


async def request_mail(
    purpose: MailPurpose, email: str, account_id: UUID, work: UnitOfWork
) -> None:
    """Have a mail sent to an address of the account's."""
    await _request(purpose, {"email": email, "account_id": account_id}, work)


async def request_mail_to(
    purpose: MailPurpose, email: str, work: UnitOfWork, *conditions: ColumnElement[bool]
) -> None:
    """Have a mail sent to the account that has the address, if there is one.

    The same is done for an address that nobody has: the request then names no account, and nothing
    is sent. The mail goes where the account's own spelling says: another spelling of it that
    compares equal may be somebody else's mailbox.

    Args:
        purpose: what it is about.
        email: as somebody typed it.
        work: the unit of work.
        conditions: what must be true of the account besides.
    """
    whose = (Account.email_normalized == normalized_email(email), Account.erased_at.is_(None))

    def of_account(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
        return select(column).where(*whose, *conditions).scalar_subquery()

    stored = func.coalesce(of_account(Account.email), "")
    await _request(purpose, {"email": stored, "account_id": of_account(Account.id)}, work)


async def _request(purpose: MailPurpose, addressee: dict[str, Any], work: UnitOfWork) -> None:
    mail_request_id = new_id()
    row = insert(MailRequest).values(
        id=mail_request_id,
        purpose=purpose,
        expires_at=work.now + LIFETIMES[purpose],
        **addressee,
    )
    await work.session.execute(row)
    work.publish(MailRequested(mail_request_id=mail_request_id, version=1, purpose=purpose))


async def take_mail_request(
    mail_request_id: UUID | None, purpose: MailPurpose, work: UnitOfWork
) -> tuple[MailRequest, Account]:
    """The request that a link names, and the account that it was made for, both locked.

    Raises:
        InvalidMailToken: it names none, or one that is over.
    """
    message = "Ask for another mail; a link is good for a while only."
    wanted = select(MailRequest).where(
        MailRequest.id == mail_request_id, MailRequest.purpose == purpose
    )
    account_id = await work.session.scalar(wanted.with_only_columns(MailRequest.account_id))
    if account_id is None:
        raise InvalidMailToken(message)
    try:
        # The account first, as whoever ends its requests does: none of two waits for the other.
        account = await Accounts.of(work).locked(account_id)
    except NotThere as error:
        raise InvalidMailToken(message) from error
    found = await work.session.scalar(wanted.with_for_update())
    if found is None or found.expires_at <= work.now:
        raise InvalidMailToken(message)
    return found, account


async def end_mail_requests(account_id: UUID, purpose: MailPurpose, work: UnitOfWork) -> None:
    """No link of this purpose that the account was sent opens anything any more."""
    await work.session.execute(
        update(MailRequest)
        .where(
            MailRequest.account_id == account_id,
            MailRequest.purpose == purpose,
            MailRequest.used_at.is_(None),
        )
        .values(used_at=work.now)
    )
