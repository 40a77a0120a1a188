"""API keys: what a vendor's own programs call with."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, Text, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.vendors.events import ApiKeyCreated, ApiKeyRevoked
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotThere, Unprocessable
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

Scope = Literal[
    "catalog:read",
    "catalog:write",
    "inventory:read",
    "inventory:write",
    "orders:read",
    "orders:write",
    "vendor:read",
]

PREFIX = "plz_live_"
SECRET_BYTES = 32
HINT_LENGTH = 4
LIFETIME_MAX = timedelta(days=3660)


class InvalidExpiry(Unprocessable):
    code = "invalid_expiry"
    title = "A key ends in the future, within ten years"


class ApiKey(Row):
    """Kept as a hash: whoever reads the table cannot call with it."""

    __tablename__ = "api_key"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret_hash: Mapped[bytes]
    hint: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    @classmethod
    def create(
        cls,
        vendor_id: UUID,
        *,
        name: str,
        scopes: Sequence[Scope],
        created_by: UUID,
        expires_at: datetime | None,
        now: datetime,
    ) -> tuple["ApiKey", str, ApiKeyCreated]:
        """A new key, its secret, which is nowhere afterwards, and its first fact.

        Raises:
            InvalidExpiry: it would never be good, or be good for ever.
        """
        if expires_at is not None and not now < expires_at <= now + LIFETIME_MAX:
            raise InvalidExpiry("Give a time in the future and within ten years, or none.")
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        key = cls(
            id=new_id(),
            vendor_id=vendor_id,
            name=name,
            scopes=sorted(set(scopes)),
            secret_hash=hashlib.sha256(secret.encode()).digest(),
            hint=secret[-HINT_LENGTH:],
            created_by=created_by,
            expires_at=expires_at,
            revoked_at=None,
        )
        fact = ApiKeyCreated(
            api_key_id=key.id,
            vendor_id=vendor_id,
            version=1,
            scopes=key.scopes,
            expires_at=expires_at,
        )
        return key, secret, fact

    def revoke(self, now: datetime) -> ApiKeyRevoked | None:
        """End it; nothing happens where that was done before."""
        if self.revoked_at is not None:
            return None
        self.revoked_at = now
        return ApiKeyRevoked(api_key_id=self.id, vendor_id=self.vendor_id, version=2)


async def find_api_key(vendor_id: UUID, api_key_id: UUID, work: UnitOfWork) -> ApiKey:
    """The vendor's key, locked.

    Raises:
        NotThere: the vendor has none of that id.
    """
    wanted = select(ApiKey).where(ApiKey.id == api_key_id, ApiKey.vendor_id == vendor_id)
    found: ApiKey | None = await work.session.scalar(wanted.with_for_update())
    if found is None:
        raise NotThere
    return found


async def revoke_all(vendor_id: UUID, work: UnitOfWork) -> None:
    """End every key of a vendor that is still good."""
    good = select(ApiKey).where(ApiKey.vendor_id == vendor_id, ApiKey.revoked_at.is_(None))
    for key in await work.session.scalars(good.with_for_update()):
        revoked = key.revoke(work.now)
        assert revoked is not None
        work.publish(revoked)
