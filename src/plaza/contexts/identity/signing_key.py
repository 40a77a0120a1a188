"""The keys that access tokens are signed with; each is followed by the next, with an overlap."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped, mapped_column

from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

SEAL_PURPOSE = "signing-key"
"""What the key is derived for that seals the private halves."""
KNOWN_AHEAD = timedelta(seconds=30)
"""How long a key is known before it signs, so that every process can check what it signs."""
CHECKED_AFTER = timedelta(minutes=15)
"""How long a key checks after its successor signs: longer than its last token is good for."""


class SigningKey(Row):
    """The private half is sealed: whoever reads the table cannot sign with it."""

    __tablename__ = "signing_key"
    __table_args__ = {"schema": "identity"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    seed_sealed: Mapped[bytes]
    signs_from: Mapped[datetime]
    retires_at: Mapped[datetime | None]


async def keys_in_use(work: UnitOfWork) -> list[SigningKey]:
    """The keys that sign or check, locked against a second change."""
    is_in_use = or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > work.now)
    return list(await work.session.scalars(select(SigningKey).where(is_in_use).with_for_update()))
