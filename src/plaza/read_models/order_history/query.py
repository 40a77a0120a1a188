"""An account's own orders, the newest first."""

from uuid import UUID

from plaza.kernel.actor import Surface
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.reading.staleness import stale_since, told_stale

STALE_SINCE = stale_since("order_history", order_history="order_id")

# Ids sort by the time they were made. A failed order is an attempt more than an order.
LIST = f"""
    SELECT order_id, document, {STALE_SINCE} FROM read.order_history_v1
    WHERE account_id = $1 AND status <> 'failed' AND ($2::uuid IS NULL OR order_id < $2)
    ORDER BY order_id DESC LIMIT $3
"""

LIST_IN_STATUS = f"""
    SELECT order_id, document, {STALE_SINCE} FROM read.order_history_v1
    WHERE account_id = $1 AND status = $4 AND ($2::uuid IS NULL OR order_id < $2)
    ORDER BY order_id DESC LIMIT $3
"""


async def list_orders(
    reads: PrivateReads,
    cursors: Cursors,
    account_id: UUID,
    status: str | None,
    limit: int,
    cursor: str | None,
) -> bytes:
    """A page of the account's orders as JSON; failed ones only where they are asked for.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listOrders/{account_id}/{status}"
    paging = Paging(cursors, limit, cursor)
    (behind,) = paging.behind(question, tuple[UUID])
    sql, narrowed = (LIST, ()) if status is None else (LIST_IN_STATUS, (status,))
    async with reads.within(Surface(account_id=account_id)) as connection:
        rows = await connection.fetch(sql, account_id, behind, paging.rows, *narrowed)
    shown, further = paging.cut(question, rows, lambda row: [row["order_id"]])
    items = [told_stale(row["document"], row["stale_since"]) for row in shown]
    return page_json(items, further)
