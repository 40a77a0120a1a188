"""The account: one person's log-in."""

from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from plaza.contexts.identity.events import AccountRegistered
from plaza.kernel.refusals import Conflict, Unprocessable
from plaza.kernel.text import normalized_email
from plaza.writing.aggregate import Aggregates, VersionedRow


class EmailTaken(Conflict):
    code = "email_taken"
    title = "There is an account with this e-mail already"


class InvalidEmail(Unprocessable):
    code = "invalid_email"
    title = "Not an e-mail address"


class Account(VersionedRow):
    __tablename__ = "account"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    email: Mapped[str]
    email_normalized: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    is_operator: Mapped[bool]
    email_verified_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    @classmethod
    def register(
        cls, account_id: UUID, *, email: str, name: str, password_hash: str
    ) -> tuple["Account", AccountRegistered]:
        """A new account and its first fact.

        Raises:
            InvalidEmail: nobody could be reached under it.
        """
        account = cls(
            id=account_id,
            email=_checked(email),
            email_normalized=normalized_email(email),
            name=name,
            password_hash=password_hash,
            is_operator=False,
            version=1,
            email_verified_at=None,
            erased_at=None,
        )
        return account, AccountRegistered(account_id=account_id, version=1)


class Accounts(Aggregates[Account]):
    model_type = Account

    async def by_email(self, email: str) -> Account | None:
        """The account of an address, however it is spelled."""
        wanted = select(Account).where(Account.email_normalized == normalized_email(email))
        account: Account | None = await self.session.scalar(wanted)
        return account

    async def add_unless_taken(self, account: Account) -> bool:
        """Add it; False where its address has an account, also one that is being made now."""
        columns = {column.key for column in Account.__table__.columns} - {"created_at"}
        values = {name: getattr(account, name) for name in columns}
        new = insert(Account).values(values).on_conflict_do_nothing().returning(Account.id)
        return await self.session.scalar(new) is not None


CONSTRAINTS = {"account_email_key": EmailTaken}


def _checked(email: str) -> str:
    try:
        # Addresses under reserved names, such as the demo's, are as good as any.
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidEmail(str(error)) from error
    return email.strip()
