"""Everything that is held about a person, for that person."""

from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

import msgspec

from plaza.contexts.identity.purchases import (
    HeldAddress,
    HeldCart,
    HeldOrder,
    HeldPurchases,
)
from plaza.contexts.identity.queries.get_account import AccountDocument, get_account
from plaza.reading.pools import Connection

SESSIONS = """
    SELECT id, user_agent, host(ip_address) AS ip_address, created_at, last_used_at, expires_at,
        revoked_at
    FROM identity.session WHERE account_id = $1 ORDER BY id
"""
MAIL_REQUESTS = """
    SELECT id, purpose, email, created_at, expires_at, used_at
    FROM identity.mail_request WHERE account_id = $1 ORDER BY id
"""

PROVIDERS = """
    SELECT issuer, subject, created_at
    FROM identity.oidc_identity WHERE account_id = $1 ORDER BY created_at
"""
SECOND_FACTOR = "SELECT confirmed_at FROM identity.totp WHERE account_id = $1"


class HeldSession(msgspec.Struct, frozen=True):
    """Also one that has ended, until the sweep forgets it."""

    id: UUID
    user_agent: str | None
    ip_address: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class HeldMailRequest(msgspec.Struct, frozen=True):
    id: UUID
    purpose: str
    email: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class HeldProvider(msgspec.Struct, frozen=True):
    """A provider that the person logs in by, and who they are there."""

    issuer: str
    subject: str
    created_at: datetime


class HeldMembership(msgspec.Struct, frozen=True):
    vendor_id: UUID
    vendor_name: str
    role: str
    created_at: datetime


class HeldInvitation(msgspec.Struct, frozen=True):
    id: UUID
    vendor_id: UUID
    vendor_name: str
    role: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


class HeldElsewhere(msgspec.Struct, frozen=True):
    """What other contexts hold about the person."""

    memberships: list[HeldMembership]
    invitations: list[HeldInvitation]
    purchases: HeldPurchases


@runtime_checkable
class Elsewhere(Protocol):
    """Knows what other contexts hold."""

    async def held(self, connection: Connection, account_id: UUID, email: str) -> HeldElsewhere:
        """What they hold about the person who has the account and the address."""


class AccountExport(msgspec.Struct, frozen=True):
    account: AccountDocument
    sessions: list[HeldSession]
    mail_requests: list[HeldMailRequest]
    providers: list[HeldProvider]
    second_factor_since: datetime | None
    memberships: list[HeldMembership]
    invitations: list[HeldInvitation]
    addresses: list[HeldAddress]
    """Kept for later."""
    carts: list[HeldCart]
    orders: list[HeldOrder]


async def export_account(
    connection: Connection, account_id: UUID, elsewhere: Elsewhere
) -> AccountExport:
    """All of it, as it is in one moment of the transaction.

    Raises:
        NotThere: it has been erased.
    """
    account = await get_account(connection, account_id)
    held = await elsewhere.held(connection, account_id, account.email)
    return AccountExport(
        account=account,
        sessions=[HeldSession(*row) for row in await connection.fetch(SESSIONS, account_id)],
        mail_requests=[
            HeldMailRequest(*row) for row in await connection.fetch(MAIL_REQUESTS, account_id)
        ],
        providers=[HeldProvider(*row) for row in await connection.fetch(PROVIDERS, account_id)],
        second_factor_since=await connection.fetchval(SECOND_FACTOR, account_id),
        memberships=held.memberships,
        invitations=held.invitations,
        addresses=held.purchases.addresses,
        carts=held.purchases.carts,
        orders=held.purchases.orders,
    )
