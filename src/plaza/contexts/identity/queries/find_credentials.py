"""What a password is checked against, and what it must not be."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.refusals import NotAuthenticated
from plaza.kernel.text import normalized_email
from plaza.reading.pools import Connection

FIND = """
    SELECT id, password_hash, email_verified_at IS NOT NULL AS is_verified
    FROM identity.account WHERE email_normalized = $1 AND erased_at IS NULL
"""
FIND_OWN = """
    SELECT a.email, a.name, a.password_hash, s.created_at AS logged_in_at, now() AS now
    FROM identity.account a JOIN identity.session s ON s.account_id = a.id
    WHERE a.id = $1 AND s.id = $2 AND a.erased_at IS NULL
"""
FIND_ADDRESSEE = """
    SELECT coalesce(a.email, '') AS email, coalesce(a.name, '') AS name
    FROM identity.mail_request r LEFT JOIN identity.account a ON a.id = r.account_id
    WHERE r.id = $1
"""


class Credentials(msgspec.Struct, frozen=True):
    account_id: UUID
    password_hash: str | None
    """None for who has come by another provider only."""
    is_verified: bool


class OwnCredentials(msgspec.Struct, frozen=True):
    """Of somebody who is logged in."""

    email: str
    name: str
    password_hash: str | None
    logged_in_at: datetime
    now: datetime


async def find_credentials(connection: Connection, email: str) -> Credentials | None:
    row = await connection.fetchrow(FIND, normalized_email(email))
    return None if row is None else Credentials(*row)


async def find_own_credentials(
    connection: Connection, account_id: UUID, session_id: UUID
) -> OwnCredentials:
    """The credentials of a session's account.

    Raises:
        NotAuthenticated: both have ended just now.
    """
    row = await connection.fetchrow(FIND_OWN, account_id, session_id)
    if row is None:
        raise NotAuthenticated("The session has ended; log in again.")
    return OwnCredentials(*row)


async def find_addressee(connection: Connection, mail_request_id: UUID | None) -> tuple[str, str]:
    """E-mail and name of who was sent a mail; empty where nobody was."""
    row = await connection.fetchrow(FIND_ADDRESSEE, mail_request_id)
    return ("", "") if row is None else (row["email"], row["name"])
