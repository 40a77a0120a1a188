"""People, requests and invitations as their contexts store them, for who reads them only."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg

ACCOUNT = """
    INSERT INTO identity.account (id, email, email_normalized, name, password_hash, version,
        email_verified_at)
    VALUES ($1, $2, lower($2), $3, 'none', 1, CASE WHEN $4 THEN now() END)
"""
ERASE = """
    UPDATE identity.account SET erased_at = now(), email = NULL, email_normalized = NULL,
        pending_email = NULL, name = '', password_hash = NULL
    WHERE id = $1
"""
REQUEST = """
    INSERT INTO identity.mail_request (id, purpose, email, account_id, expires_at, used_at)
    VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5), CASE WHEN $6 THEN now() END)
"""
VENDOR = """
    INSERT INTO vendors.vendor (id, slug, name, country, currency, contact_email, description,
        status, version)
    VALUES ($1, $2, $3, 'GB', 'GBP', 'hello@vendor.example', '', $4, 1)
"""
INVITATION = """
    INSERT INTO vendors.invitation (id, vendor_id, email, role, invited_by, expires_at,
        accepted_at, revoked_at)
    VALUES ($1, $2, $3, 'manager', $4, now() + make_interval(hours => $5),
        CASE WHEN $6 = 'accepted' THEN now() END, CASE WHEN $6 = 'revoked' THEN now() END)
"""


class People:
    """Who is known in one database."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def account(
        self, email: str | None = None, *, name: str = "Ada", is_verified: bool = False
    ) -> tuple[UUID, str]:
        """A new account, and its address."""
        account_id = uuid4()
        email = email or f"{account_id.hex}@plaza.example"
        await self.connection.execute(ACCOUNT, account_id, email, name, is_verified)
        return account_id, email

    async def erased(self, account_id: UUID) -> None:
        await self.connection.execute(ERASE, account_id)

    async def wants(self, account_id: UUID, pending_email: str) -> None:
        """The account is to get another address."""
        await self.connection.execute(
            "UPDATE identity.account SET pending_email = $2 WHERE id = $1",
            account_id,
            pending_email,
        )

    async def request(
        self,
        purpose: str,
        email: str,
        account_id: UUID | None,
        *,
        hours: int = 1,
        is_used: bool = False,
    ) -> UUID:
        mail_id = uuid4()
        values = (purpose, email, account_id, hours, is_used)
        await self.connection.execute(REQUEST, mail_id, *values)
        return mail_id

    async def vendor(self, status: str = "approved") -> UUID:
        vendor_id = uuid4()
        values = (vendor_id.hex, "Oak & Sons", status)
        await self.connection.execute(VENDOR, vendor_id, *values)
        return vendor_id

    async def invitation(self, vendor_id: UUID, **changes: Any) -> UUID:
        """An invitation that is open; `ended` says how it is not."""
        mail_id = uuid4()
        told = {"invited_by": None, "hours": 1, "ended": ""} | changes
        await self.connection.execute(
            INVITATION, mail_id, vendor_id, "eve@plaza.example", *told.values()
        )
        return mail_id
