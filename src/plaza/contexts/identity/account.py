"""The account: one person's log-in."""

from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from plaza.contexts.identity.events import (
    AccountChanged,
    AccountErased,
    AccountRegistered,
    EmailVerified,
    PasswordChanged,
)
from plaza.kernel.refusals import Conflict, Forbidden, NotThere, Unprocessable
from plaza.kernel.text import normalized_email
from plaza.writing.aggregate import Aggregates, VersionedRow


class EmailTaken(Conflict):
    code = "email_taken"
    title = "There is an account with this e-mail already"


class InvalidEmail(Unprocessable):
    code = "invalid_email"
    title = "Not an e-mail address"


class EmailNotVerified(Forbidden):
    code = "email_not_verified"
    title = "The e-mail address is not verified yet"


class WrongPassword(Forbidden):
    """Not 401: the log-in is fine, and a client would throw it away."""

    code = "wrong_password"
    title = "The current password is wrong"


class Account(VersionedRow):
    __tablename__ = "account"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    email: Mapped[str | None]
    """None once it is erased."""
    email_normalized: Mapped[str | None]
    pending_email: Mapped[str | None]
    """The address that it is to get once somebody there confirms it."""
    name: Mapped[str]
    password_hash: Mapped[str | None]
    """None for who has come by another provider only."""
    is_operator: Mapped[bool]
    email_verified_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    @classmethod
    def register(
        cls, account_id: UUID, *, email: str, name: str, password_hash: str | None
    ) -> tuple["Account", AccountRegistered]:
        """A new account and its first fact.

        Raises:
            InvalidEmail: nobody could be reached under it.
        """
        account = cls(
            id=account_id,
            email=checked_email(email),
            email_normalized=normalized_email(email),
            pending_email=None,
            name=name,
            password_hash=password_hash,
            is_operator=False,
            version=1,
            email_verified_at=None,
            erased_at=None,
        )
        return account, AccountRegistered(account_id=account_id, version=1)

    def change(self, *, name: str | None, email: str | None) -> AccountChanged | None:
        """Take another name at once, another address when it is confirmed.

        Returns:
            None where nothing is another.

        Raises:
            InvalidEmail: nobody could be reached under it.
        """
        before = (self.name, self.pending_email)
        self.name = self.name if name is None else name
        if email is not None:
            is_other = normalized_email(email) != self.email_normalized
            self.pending_email = checked_email(email) if is_other else None
        if (self.name, self.pending_email) == before:
            return None
        self.version += 1
        return AccountChanged(account_id=self.id, version=self.version)

    def verify_email(self, email: str, now: datetime) -> EmailVerified | None:
        """Somebody who reads mail at the address has said so.

        Returns:
            None where that was known; the fact else. The address becomes the account's where it
            was waited for.
        """
        wanted = normalized_email(email)
        if wanted == self.email_normalized:
            if self.email_verified_at is not None:
                return None
        elif self.pending_email is not None and wanted == normalized_email(self.pending_email):
            self.email, self.email_normalized = self.pending_email, wanted
            self.pending_email = None
        else:
            return None
        self.email_verified_at = now
        self.version += 1
        return EmailVerified(account_id=self.id, version=self.version)

    def has_email(self, email: str) -> bool:
        return self.email_normalized == normalized_email(email)

    def is_mailbox(self, email: str) -> bool:
        """Whether the address is the account's for sure.

        Two that compare equal can be two people's mailboxes, but for capital letters of ASCII.
        """
        own, other = self.email or "", email.strip()
        return own == other or (own.isascii() and other.isascii() and own.lower() == other.lower())

    def set_password(self, password_hash: str) -> PasswordChanged:
        """Take another password; who knew the one before may have asked for another address."""
        self.password_hash = password_hash
        self.pending_email = None
        self.version += 1
        return PasswordChanged(account_id=self.id, version=self.version)

    def expect_password(self, checked_hash: str | None) -> None:
        """What was checked outside of the transaction still has to be so.

        Raises:
            WrongPassword: the password was changed meanwhile.
        """
        if self.password_hash != checked_hash:
            raise WrongPassword("The password was changed meanwhile; use the new one.")

    def erase(self, now: datetime) -> AccountErased:
        """Forget the person; only the id stays, because facts name it."""
        self.email = self.email_normalized = self.pending_email = self.password_hash = None
        self.name = ""
        self.is_operator = False
        self.email_verified_at = None
        self.erased_at = now
        self.version += 1
        return AccountErased(account_id=self.id, version=self.version)


class Accounts(Aggregates[Account]):
    model_type = Account

    async def by_email(self, email: str) -> Account | None:
        """The account of an address, however it is spelled."""
        wanted = select(Account).where(Account.email_normalized == normalized_email(email))
        account: Account | None = await self.session.scalar(wanted)
        return account

    async def locked(self, account_id: UUID, *, shared: bool = False) -> Account:
        """The account, which nobody else changes until the transaction is over.

        Raises:
            NotThere: there is none, or no more.
        """
        lock = {"read": True} if shared else True
        found = await self.session.get(Account, account_id, with_for_update=lock)
        if found is None or found.erased_at is not None:
            raise NotThere
        return found

    async def add_unless_taken(self, account: Account) -> bool:
        """Add it; False where its address has an account, also one that is being made now."""
        columns = {column.key for column in Account.__table__.columns} - {"created_at"}
        values = {name: getattr(account, name) for name in columns}
        new = insert(Account).values(values).on_conflict_do_nothing().returning(Account.id)
        return await self.session.scalar(new) is not None


CONSTRAINTS = {"account_email_key": (EmailTaken, "Log in with it, or name another address.")}


def checked_email(email: str) -> str:
    """The address as it was typed, without blanks around it.

    Raises:
        InvalidEmail: nobody could be reached under it.
    """
    try:
        # Addresses under reserved names, such as the demo's, are as good as any.
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidEmail(str(error)) from error
    return email.strip()
