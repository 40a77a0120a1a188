"""Which payments there are in a state or with a provider, those of the newest orders first."""

from uuid import UUID

from plaza.kernel.actor import MARKET
from plaza.reading.conditions import Conditions
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.reading.staleness import stale_since, told_stale

LIST = f"""
    SELECT order_id, document, {stale_since("payment_list", payment_list="order_id")}
    FROM read.payment_list_v1 WHERE TRUE
"""


async def list_payments(
    reads: PrivateReads,
    cursors: Cursors,
    status: str | None,
    provider: str | None,
    limit: int,
    cursor: str | None,
) -> bytes:
    """A page of payments as JSON.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listPayments/{status}/{provider}"
    paging = Paging(cursors, limit, cursor)
    (behind,) = paging.behind(question, tuple[UUID])
    conditions = Conditions()
    conditions.add_if_asked("status = {0}", status)
    conditions.add_if_asked("provider = {0}", provider)
    conditions.add_if_asked("order_id < {0}", behind)
    sql = f"{LIST} {conditions} ORDER BY order_id DESC LIMIT {paging.rows}"
    async with reads.within(MARKET) as connection:
        rows = await connection.fetch(sql, *conditions.arguments)
    shown, further = paging.cut(question, rows, lambda row: [row["order_id"]])
    items = [told_stale(row["document"], row["stale_since"]) for row in shown]
    return page_json(items, further)
