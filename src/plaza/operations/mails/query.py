"""What became of mails, the newest first."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.actor import MARKET
from plaza.reading.cursor import Cursors
from plaza.reading.pools import PrivateReads

# Ids sort by the time they were made.
LIST = """
    SELECT id, kind, status, attempts, next_attempt_at, last_error, created_at, sent_at
    FROM notifications.mail
    WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2)
    ORDER BY id DESC LIMIT $3
"""


class MailState(msgspec.Struct, frozen=True):
    """Neither to whom it went nor what it said."""

    id: UUID
    kind: str
    status: str
    attempts: int
    next_attempt_at: datetime
    """When a pending one is tried next."""
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


class MailList(msgspec.Struct, frozen=True):
    items: list[MailState]
    next_cursor: str | None


async def list_mails(
    reads: PrivateReads, cursors: Cursors, status: str | None, limit: int, cursor: str | None
) -> MailList:
    """A page of the mails.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listMails/{status}"
    behind = None
    if cursor is not None:
        (behind,) = cursors.read(question, cursor, tuple[UUID])
    async with reads.within(MARKET) as connection:
        rows = await connection.fetch(LIST, status, behind, limit + 1)
    further = cursors.write(question, [rows[limit - 1]["id"]]) if len(rows) > limit else None
    return MailList([MailState(*row) for row in rows[:limit]], further)
