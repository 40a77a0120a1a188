"""Whom a vendor has asked to work for it."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.vendors.invitation import InvitationStatus
from plaza.kernel.actor import Surface
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT id, email, role, created_at, expires_at,
        CASE WHEN accepted_at IS NOT NULL THEN 'accepted' WHEN revoked_at IS NOT NULL THEN 'revoked'
            WHEN expires_at <= now() THEN 'expired' ELSE 'open' END AS status
    FROM vendors.invitation
    WHERE vendor_id = $1 AND ($2::uuid IS NULL OR id < $2)
    ORDER BY id DESC LIMIT $3
"""


class InvitationDocument(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    role: str
    created_at: datetime
    expires_at: datetime
    status: InvitationStatus


class InvitationList(msgspec.Struct, frozen=True):
    items: list[InvitationDocument]
    next_cursor: str | None


async def list_invitations(reads: PrivateReads, vendor_id: UUID, paging: Paging) -> InvitationList:
    """The invitations, the latest first.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listInvitations/{vendor_id}"
    behind = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        rows = await connection.fetch(LIST, vendor_id, *behind, paging.rows)
    items = [InvitationDocument(*row) for row in rows]
    return InvitationList(*paging.cut(question, items, lambda last: [last.id]))
