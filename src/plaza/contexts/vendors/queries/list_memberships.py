"""For which vendors a person works."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from plaza.kernel.actor import Surface
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT m.vendor_id AS id, v.slug, v.name, v.status, v.paused_at IS NOT NULL AS is_paused,
        m.role, m.created_at AS joined_at
    FROM vendors.member m JOIN vendors.vendor v ON v.id = m.vendor_id
    WHERE m.account_id = $1
        AND ($2::timestamptz IS NULL OR (m.created_at, m.vendor_id) > ($2, $3::uuid))
    ORDER BY m.created_at, m.vendor_id LIMIT $4
"""


class OwnMembership(msgspec.Struct, frozen=True):
    id: UUID
    """Of the vendor: the `{vendor}` of its paths."""
    slug: str
    name: str
    status: str
    is_paused: bool
    role: Literal["owner", "manager", "staff"]
    joined_at: datetime


class MembershipList(msgspec.Struct, frozen=True):
    items: list[OwnMembership]
    next_cursor: str | None


async def list_memberships(reads: PrivateReads, account_id: UUID, paging: Paging) -> MembershipList:
    """The vendors of whatever status, the longest known first.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listMemberships/{account_id}"
    behind = paging.behind(question, tuple[datetime, UUID])
    async with reads.within(Surface(account_id=account_id)) as connection:
        rows = await connection.fetch(LIST, account_id, *behind, paging.rows)
    items = [OwnMembership(**row) for row in rows]
    return MembershipList(*paging.cut(question, items, lambda last: [last.joined_at, last.id]))
