"""What the marketplace wants to know of vendors."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.actor import MARKET
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT id, key, label, description, required, created_at FROM vendors.requirement
    WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
"""
QUESTION = "listVendorRequirements"


class RequirementDocument(msgspec.Struct, frozen=True):
    id: UUID
    key: str
    label: str
    description: str
    required: bool
    created_at: datetime


class RequirementList(msgspec.Struct, frozen=True):
    items: list[RequirementDocument]
    next_cursor: str | None


async def list_vendor_requirements(reads: PrivateReads, paging: Paging) -> RequirementList:
    """The requirements, in the order in which they were set.

    Raises:
        InvalidCursor: not one of this list.
    """
    behind = paging.behind(QUESTION, tuple[UUID])
    async with reads.within(MARKET) as connection:
        rows = await connection.fetch(LIST, *behind, paging.rows)
    items = [RequirementDocument(*row) for row in rows]
    return RequirementList(*paging.cut(QUESTION, items, lambda last: [last.id]))
