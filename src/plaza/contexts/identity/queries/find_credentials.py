"""What a log-in is checked against."""

from uuid import UUID

import msgspec

from plaza.kernel.text import normalized_email
from plaza.reading.pools import Connection

FIND = """
    SELECT id, password_hash, email_verified_at IS NOT NULL AS is_verified
    FROM identity.account WHERE email_normalized = $1 AND erased_at IS NULL
"""


class Credentials(msgspec.Struct, frozen=True):
    account_id: UUID
    password_hash: str
    is_verified: bool


async def find_credentials(connection: Connection, email: str) -> Credentials | None:
    row = await connection.fetchrow(FIND, normalized_email(email))
    return None if row is None else Credentials(*row)
