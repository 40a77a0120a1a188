"""A session: one log-in on one device, kept going by its refresh tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from plaza.kernel.refusals import NotAuthenticated
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

SESSION_LIFETIME = timedelta(days=90)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)
REFRESH_TOKEN_BYTES = 32


class Session(Row):
    __tablename__ = "session"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity.account.id"))
    user_agent: Mapped[str | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class RefreshToken(Row):
    """Kept as a hash: whoever reads the table cannot log in with it."""

    __tablename__ = "refresh_token"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("identity.session.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UnknownRefreshToken(NotAuthenticated):
    code = "invalid_refresh_token"
    title = "The refresh token is not valid"


def new_refresh_token(session: Session, work: UnitOfWork) -> str:
    """A token that continues the session once."""
    secret = secrets.token_urlsafe(REFRESH_TOKEN_BYTES)
    work.session.add(
        RefreshToken(
            token_hash=_hash(secret),
            session_id=session.id,
            expires_at=work.now + REFRESH_TOKEN_LIFETIME,
            used_at=None,
        )
    )
    return secret


async def use_refresh_token(secret: str, work: UnitOfWork) -> tuple[RefreshToken, Session]:
    """The token, locked, and its session, if that may go on.

    Raises:
        UnknownRefreshToken: there is none, or it or its session is over.
    """
    token = await work.session.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == _hash(secret)).with_for_update()
    )
    if token is None or token.expires_at <= work.now:
        raise UnknownRefreshToken("Log in again.")
    session = await work.session.get_one(Session, token.session_id)
    if session.revoked_at is not None or session.expires_at <= work.now:
        raise UnknownRefreshToken("The session is over; log in again.")
    return token, session


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
