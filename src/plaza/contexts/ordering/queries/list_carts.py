"""The carts that a person has open, wherever they were begun."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.kernel.actor import Surface
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads

LIST = """
    SELECT c.id, c.currency, c.status, lines.count AS line_count, lines.quantity AS item_count,
        c.created_at, c.expires_at
    FROM ordering.cart c CROSS JOIN LATERAL (
        SELECT count(*), coalesce(sum(l.quantity), 0)::bigint AS quantity
        FROM ordering.cart_line l WHERE l.cart_id = c.id) lines
    WHERE c.account_id = $1 AND c.expires_at > now() AND c.status IN ('open', 'completing')
        AND ($2::uuid IS NULL OR c.id < $2)
    ORDER BY c.id DESC LIMIT $3
"""


class OpenCart(msgspec.Struct, frozen=True):
    id: UUID
    currency: str
    status: str
    line_count: int
    item_count: int
    """Of all lines together."""
    created_at: datetime
    expires_at: datetime


class CartList(msgspec.Struct, frozen=True):
    items: list[OpenCart]
    next_cursor: str | None


async def list_carts(reads: PrivateReads, account_id: UUID, paging: Paging) -> CartList:
    """The carts, the latest first.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listCarts/{account_id}"
    behind = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(account_id=account_id)) as connection:
        rows = await connection.fetch(LIST, account_id, *behind, paging.rows)
    items = [OpenCart(**row) for row in rows]
    return CartList(*paging.cut(question, items, lambda last: [last.id]))
