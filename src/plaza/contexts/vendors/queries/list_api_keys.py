"""With which keys a vendor's programs call."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.actor import Surface
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT id, name, scopes, hint, created_at, expires_at, last_used_at, revoked_at
    FROM vendors.api_key
    WHERE vendor_id = $1 AND ($2::uuid IS NULL OR id < $2)
    ORDER BY id DESC LIMIT $3
"""


class ApiKeyDocument(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    scopes: list[str]
    hint: str
    """The secret's last characters, by which its holder knows it."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class ApiKeyList(msgspec.Struct, frozen=True):
    items: list[ApiKeyDocument]
    next_cursor: str | None


async def list_api_keys(reads: PrivateReads, vendor_id: UUID, paging: Paging) -> ApiKeyList:
    """The keys, those that are good no more too, the latest first.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listApiKeys/{vendor_id}"
    behind = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        rows = await connection.fetch(LIST, vendor_id, *behind, paging.rows)
    items = [ApiKeyDocument(*row) for row in rows]
    return ApiKeyList(*paging.cut(question, items, lambda last: [last.id]))
