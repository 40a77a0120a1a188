"""A person's own account."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.refusals import NotThere
from plaza.reading.pools import Connection

GET = """
    SELECT id, email, name, is_operator, email_verified_at, version, created_at, pending_email,
        password_hash IS NOT NULL AS has_password
    FROM identity.account WHERE id = $1 AND erased_at IS NULL
"""


class AccountDocument(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    name: str
    is_operator: bool
    email_verified_at: datetime | None
    version: int
    created_at: datetime
    pending_email: str | None = None
    """The address that the account gets once it is confirmed from there."""
    has_password: bool = True
    """False for who has come by another provider only."""


async def get_account(connection: Connection, account_id: UUID) -> AccountDocument:
    """The account, straight from its owner.

    Raises:
        NotThere: it has been erased.
    """
    row = await connection.fetchrow(GET, account_id)
    if row is None:
        raise NotThere
    return AccountDocument(*row)
