"""What the other contexts hold about a person, for the export of it."""

from uuid import UUID

from plaza.adapters.purchases import purchases_of
from plaza.contexts.identity.queries.export_account import (
    HeldElsewhere,
    HeldInvitation,
    HeldMembership,
)
from plaza.kernel.text import normalized_email
from plaza.reading.pools import Connection

MEMBERSHIPS = """
    SELECT m.vendor_id, v.name AS vendor_name, m.role, m.created_at
    FROM vendors.member m JOIN vendors.vendor v ON v.id = m.vendor_id
    WHERE m.account_id = $1 ORDER BY m.created_at
"""
INVITATIONS = """
    SELECT i.id, i.vendor_id, v.name AS vendor_name, i.role, i.created_at, i.expires_at,
        i.accepted_at, i.revoked_at, i.email
    FROM vendors.invitation i JOIN vendors.vendor v ON v.id = i.vendor_id
    WHERE lower(i.email) = $1 OR octet_length(i.email) <> char_length(i.email) ORDER BY i.id
"""


class StoredHoldings:
    """Memberships, invitations to the person's address, and what the person buys."""

    async def held(self, connection: Connection, account_id: UUID, email: str) -> HeldElsewhere:
        memberships = await connection.fetch(MEMBERSHIPS, account_id)
        wanted = normalized_email(email)
        invitations = await connection.fetch(INVITATIONS, wanted)
        return HeldElsewhere(
            memberships=[HeldMembership(*row) for row in memberships],
            invitations=[
                HeldInvitation(*told)
                for *told, invited in invitations
                if normalized_email(invited) == wanted
            ],
            purchases=await purchases_of(connection, account_id),
        )
