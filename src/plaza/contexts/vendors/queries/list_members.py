"""Who works for a vendor."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.vendors.people import People
from plaza.kernel.actor import Surface
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT account_id, role, created_at FROM vendors.member
    WHERE vendor_id = $1
        AND ($2::timestamptz IS NULL OR (created_at, account_id) > ($2, $3::uuid))
    ORDER BY created_at, account_id LIMIT $4
"""


class MemberDocument(msgspec.Struct, frozen=True):
    id: UUID
    """Of the account."""
    role: str
    name: str | None
    """None for an account that was erased."""
    email: str | None
    joined_at: datetime


class MemberList(msgspec.Struct, frozen=True):
    items: list[MemberDocument]
    next_cursor: str | None


async def list_members(
    reads: PrivateReads, people: People, vendor_id: UUID, paging: Paging
) -> MemberList:
    """The members, those of longest standing first, with the names that they have now.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listMembers/{vendor_id}"
    behind = paging.behind(question, tuple[datetime, UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        rows = await connection.fetch(LIST, vendor_id, *behind, paging.rows)
    known = await people([row["account_id"] for row in rows])
    items = []
    for account_id, role, joined_at in rows:
        person = known.get(account_id)
        name, email = (None, None) if person is None else (person.name, person.email)
        items.append(MemberDocument(account_id, role, name, email, joined_at))
    return MemberList(*paging.cut(question, items, lambda last: [last.joined_at, last.id]))
