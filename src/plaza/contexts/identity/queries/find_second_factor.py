"""What a code of an authenticator app is compared with."""

from uuid import UUID

from plaza.reading.pools import Connection

FIND = "SELECT secret_encrypted FROM identity.totp WHERE account_id = $1"


async def find_second_factor(connection: Connection, account_id: UUID) -> bytes | None:
    """The sealed secret, also of an app that is still being set up."""
    secret: bytes | None = await connection.fetchval(FIND, account_id)
    return secret
