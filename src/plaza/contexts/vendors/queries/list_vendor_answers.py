"""What is asked of one vendor, and what it says."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT r.id, r.key, r.label, r.description, r.required, a.answer, a.answered_at
    FROM vendors.requirement r
    LEFT JOIN vendors.requirement_answer a ON a.requirement_id = r.id AND a.vendor_id = $1
    WHERE $2::uuid IS NULL OR r.id > $2
    ORDER BY r.id LIMIT $3
"""

IS_KNOWN = "SELECT EXISTS (SELECT FROM vendors.vendor WHERE id = $1)"


class AnsweredRequirement(msgspec.Struct, frozen=True):
    id: UUID
    """Of the requirement."""
    key: str
    label: str
    description: str
    required: bool
    answer: str | None
    answered_at: datetime | None


class AnswerList(msgspec.Struct, frozen=True):
    items: list[AnsweredRequirement]
    next_cursor: str | None


async def list_vendor_answers(reads: PrivateReads, vendor_id: UUID, paging: Paging) -> AnswerList:
    """Every requirement with the vendor's answer, in the order in which they were set.

    Raises:
        InvalidCursor: not one of this list.
        NotThere: there is no such vendor, which only operators get to learn here.
    """
    question = f"listVendorAnswers/{vendor_id}"
    behind = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        if not await connection.fetchval(IS_KNOWN, vendor_id):
            raise NotThere
        rows = await connection.fetch(LIST, vendor_id, *behind, paging.rows)
    items = [AnsweredRequirement(*row) for row in rows]
    return AnswerList(*paging.cut(question, items, lambda last: [last.id]))
