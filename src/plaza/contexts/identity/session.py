"""A session: one log-in on one device, kept going by its refresh tokens."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated
from uuid import UUID

from msgspec import Meta
from sqlalchemy import FetchedValue, ForeignKey, select
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.identity.events import EndReason, SessionRevoked
from plaza.kernel.refusals import NotAuthenticated
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

SESSION_LIFETIME = timedelta(days=90)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)
REFRESH_TOKEN_BYTES = 32
# Two tabs, or a client that lost the answer: who comes back within this gets the same successor.
REPEAT_WINDOW = timedelta(seconds=10)

RefreshTokenText = Annotated[str, Meta(max_length=200)]
"""Ours have 43 letters; what is longer is not worth reading."""


class RefreshTokenReused(NotAuthenticated):
    code = "refresh_token_reused"
    title = "The refresh token was used before; its session is ended"


class UnknownRefreshToken(NotAuthenticated):
    code = "invalid_refresh_token"
    title = "The refresh token is not valid"


class Session(Row):
    __tablename__ = "session"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("identity.account.id"))
    user_agent: Mapped[str | None]
    ip_address: Mapped[IPv4Address | IPv6Address | None] = mapped_column(INET)
    last_used_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    def is_over(self, now: datetime) -> bool:
        return self.revoked_at is not None or self.expires_at <= now

    def revoke(self, reason: EndReason, now: datetime) -> SessionRevoked:
        """End it, and with it every token of its family."""
        self.revoked_at = now
        return SessionRevoked(
            session_id=self.id, account_id=self.account_id, version=1, reason=reason
        )


class RefreshToken(Row):
    """Kept as a hash: whoever reads the table cannot log in with it."""

    __tablename__ = "refresh_token"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("identity.session.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Successors:
    """Tells the one token that follows another.

    It follows from it under a key (HMAC-SHA256), so that whoever repeats the exchange within the
    window gets the same one without its being stored; nobody without the key can foretell it.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def after(self, refresh_token: str) -> str:
        digest = hmac.digest(self._key, refresh_token.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def new_refresh_token() -> str:
    """The first token of a session."""
    return secrets.token_urlsafe(REFRESH_TOKEN_BYTES)


def keep_refresh_token(secret: str, session: Session, work: UnitOfWork) -> None:
    """Let the token continue the session once."""
    work.session.add(
        RefreshToken(
            token_hash=_hash(secret),
            session_id=session.id,
            expires_at=work.now + REFRESH_TOKEN_LIFETIME,
            used_at=None,
        )
    )


async def locked_refresh_token(secret: str, work: UnitOfWork) -> tuple[RefreshToken, Session]:
    """The token and its session, locked, if that may go on.

    Raises:
        UnknownRefreshToken: there is none, or it or its session is over.
    """
    wanted = select(RefreshToken).where(RefreshToken.token_hash == _hash(secret))
    session_id = await work.session.scalar(wanted.with_only_columns(RefreshToken.session_id))
    if session_id is None:
        raise UnknownRefreshToken("Log in again.")
    # Its lock is the tokens' too: whoever deletes a session takes them with it, in this order.
    session = await work.session.get(Session, session_id, with_for_update=True)
    if session is None or session.is_over(work.now):
        raise UnknownRefreshToken("The session is over; log in again.")
    token = await work.session.scalar(wanted)
    if token is None or token.expires_at <= work.now:
        raise UnknownRefreshToken("Log in again.")
    return token, session


async def is_repeat(token: RefreshToken, successor: str, work: UnitOfWork) -> bool:
    """Whether a used token may be exchanged once more, for the successor that it has already."""
    if token.used_at is None or work.now - token.used_at > REPEAT_WINDOW:
        return False
    held = await work.session.get(RefreshToken, _hash(successor))
    return held is not None and held.used_at is None


async def revoke_sessions(
    account_id: UUID, reason: EndReason, work: UnitOfWork, *, spared: UUID | None = None
) -> int:
    """End the account's sessions, all but the spared one.

    Returns:
        How many there were.
    """
    live = select(Session).where(
        Session.account_id == account_id,
        Session.revoked_at.is_(None),
        Session.expires_at > work.now,
    )
    # In one order, so that two who end them do not wait for each other.
    rows = await work.session.scalars(live.order_by(Session.id).with_for_update())
    ended = [session for session in rows if session.id != spared]
    for session in ended:
        work.publish(session.revoke(reason, work.now))
    return len(ended)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
