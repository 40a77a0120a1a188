"""What a vendor has to send: the newest first, or those that have to be accepted, by when."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.read_models.vendor_order_queue.addresses import Addresses
from plaza.reading.conditions import Conditions
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.reading.staleness import stale_since, told_stale

Sort = Literal["newest", "due"]

LIST = f"""
    SELECT vendor_order_id, placed_at, accept_by, document,
        {stale_since("vendor_order_queue", vendor_order_queue="vendor_order_id")}
    FROM read.vendor_order_queue_v1
    WHERE vendor_id = $1
"""

COUNTS = """
    SELECT status, count(*) AS n FROM read.vendor_order_queue_v1 WHERE vendor_id = $1
    GROUP BY status ORDER BY status
"""

STALE_SINCE = stale_since(
    "vendor_order_queue",
    vendor_order_queue="q.vendor_order_id",
    vendor_order_queue_lines="q.vendor_order_id",
)

GET = f"""
    SELECT q.document, q.address_id, l.lines,
        {STALE_SINCE}
    FROM read.vendor_order_queue_v1 q
    JOIN read.vendor_order_queue_lines_v1 l ON l.vendor_order_id = q.vendor_order_id
    WHERE q.vendor_id = $1 AND q.vendor_order_id = $2
"""

ORDERS: dict[Sort, tuple[str, str, str]] = {
    "newest": (
        "placed_at",
        "(placed_at, vendor_order_id) < ({0}::timestamptz, {1}::uuid)",
        "ORDER BY placed_at DESC, vendor_order_id DESC",
    ),
    "due": (
        "accept_by",
        "(accept_by, vendor_order_id) > ({0}::timestamptz, {1}::uuid)",
        "ORDER BY accept_by, vendor_order_id",
    ),
}

MISREAD = str.maketrans("OIL", "011")
"""Letters that no number has, for the digits that they are taken for."""

LAST_CHARACTER = "\U0010ffff"


class OrdersWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A question of a vendor's."""

    vendor_id: UUID
    status: str | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    q: str | None = None
    sort: Sort = "newest"

    def fingerprint(self) -> str:
        """What a cursor is good for: the same filters in the same order."""
        return f"listVendorOrders/{msgspec.json.encode(self).decode()}"


async def list_vendor_orders(
    reads: PrivateReads, cursors: Cursors, wanted: OrdersWanted, limit: int, cursor: str | None
) -> bytes:
    """A page of the vendor's orders as JSON, with how many there are in each state.

    Raises:
        InvalidCursor: not one of this list.
    """
    sorted_by, behind, order = ORDERS[wanted.sort]
    paging, question = Paging(cursors, limit, cursor), wanted.fingerprint()
    conditions = _narrowed(wanted)
    if cursor is not None:
        conditions.add(behind, *paging.behind(question, tuple[datetime, UUID]))
    sql = f"{LIST} {conditions} {order} LIMIT {paging.rows}"
    async with reads.within(Surface(vendor_id=wanted.vendor_id)) as connection:
        rows = await connection.fetch(sql, *conditions.arguments)
        counts = await connection.fetch(COUNTS, wanted.vendor_id)
    shown, further = paging.cut(
        question, rows, lambda row: [row[sorted_by], row["vendor_order_id"]]
    )
    items = [told_stale(row["document"], row["stale_since"]) for row in shown]
    return page_json(items, further, counts=_counts_json(counts))


async def get_vendor_order(
    reads: PrivateReads, addresses: Addresses, vendor_id: UUID, vendor_order_id: UUID
) -> bytes:
    """One of the vendor's orders as JSON, with where it goes as that is now.

    Raises:
        NotThere: none that the vendor has to do with.
    """
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        row = await connection.fetchrow(GET, vendor_id, vendor_order_id)
    if row is None:
        raise NotThere
    recipient = await addresses(row["address_id"])
    address = msgspec.json.encode(recipient and recipient.address).decode()
    document = f'{row["document"][:-1]},"lines":{row["lines"]},"address":{address}}}'
    return told_stale(document, row["stale_since"]).encode()


def _narrowed(wanted: OrdersWanted) -> Conditions:
    conditions = Conditions(wanted.vendor_id)
    conditions.add_if_asked("status = {0}", wanted.status)
    conditions.add_if_asked("placed_at >= {0}", wanted.placed_from)
    conditions.add_if_asked("placed_at < {0}", wanted.placed_to)
    if wanted.q is not None:
        digits = digits_of(wanted.q)
        conditions.add("digits >= {0} AND digits < {1}", digits, digits + LAST_CHARACTER)
    if wanted.sort == "due":
        conditions.add("accept_by IS NOT NULL")
    return conditions


def digits_of(text: str) -> str:
    """A number, or its beginning, as somebody has typed it who was told it aloud."""
    plain = "".join(letter for letter in text.upper() if letter not in "- ")
    return plain.translate(MISREAD)


def _counts_json(rows: list[asyncpg.Record]) -> str:
    counts: dict[str, Any] = {row["status"]: row["n"] for row in rows}
    return msgspec.json.encode(counts).decode()
