"""Where a person is logged in."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.reading.cursor import Cursors
from plaza.reading.pools import Connection

LIST = """
    SELECT id, user_agent, host(ip_address) AS ip_address, created_at, last_used_at, expires_at,
        id = $2 AS is_current
    FROM identity.session
    WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > now()
        AND ($3::uuid IS NULL OR id < $3)
    ORDER BY id DESC LIMIT $4
"""
QUESTION = "sessions"


class SessionDocument(msgspec.Struct, frozen=True):
    id: UUID
    user_agent: str | None
    ip_address: str | None
    created_at: datetime
    last_used_at: datetime
    """When it was last kept going, which clients do every few minutes."""
    expires_at: datetime
    is_current: bool
    """Whether it is the one that asks."""


class SessionList(msgspec.Struct, frozen=True):
    items: list[SessionDocument]
    next_cursor: str | None


async def list_sessions(
    connection: Connection,
    cursors: Cursors,
    account_id: UUID,
    session_id: UUID,
    limit: int,
    cursor: str | None,
) -> SessionList:
    """The live sessions, the latest first."""
    question = f"{QUESTION}/{account_id}"
    behind = None if cursor is None else cursors.read(question, cursor, tuple[UUID])[0]
    rows = await connection.fetch(LIST, account_id, session_id, behind, limit + 1)
    items = [SessionDocument(*row) for row in rows[:limit]]
    more = len(rows) > limit
    return SessionList(items, cursors.write(question, [items[-1].id]) if more else None)
