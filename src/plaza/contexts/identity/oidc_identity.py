"""Which account another provider's person has."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Uuid, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.identity.oidc import ATTEMPT_LIFETIME, OidcAttemptUnknown
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

# Clocks differ; twice as long as its cookie lives is long enough to remember an attempt.
REMEMBERED: timedelta = 2 * ATTEMPT_LIFETIME


class OidcIdentity(Row):
    __tablename__ = "oidc_identity"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("identity.account.id"))


class UsedAttempt(Row):
    __tablename__ = "oidc_attempt"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    used_at: Mapped[datetime]


async def use_attempt(attempt_id: UUID, work: UnitOfWork) -> None:
    """Use the attempt up, in the transaction of what it is used for.

    Raises:
        OidcAttemptUnknown: it was used before.
    """
    over = UsedAttempt.used_at < work.now - REMEMBERED
    await work.session.execute(delete(UsedAttempt).where(over))
    new = insert(UsedAttempt).values(id=attempt_id, used_at=work.now)
    kept = new.on_conflict_do_nothing().returning(UsedAttempt.id)
    if await work.session.scalar(kept) is None:
        raise OidcAttemptUnknown("This log-in was finished before; begin another.")


async def account_of(issuer: str, subject: str, work: UnitOfWork) -> UUID | None:
    """Whose log-in the provider's person is."""
    held = await work.session.get(OidcIdentity, (issuer, subject))
    return None if held is None else held.account_id


async def link(issuer: str, subject: str, account_id: UUID, work: UnitOfWork) -> None:
    """Let the provider's person log in to the account from now on."""
    new = insert(OidcIdentity).values(issuer=issuer, subject=subject, account_id=account_id)
    await work.session.execute(new.on_conflict_do_nothing())
