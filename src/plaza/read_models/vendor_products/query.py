"""A vendor's own products, the newest first."""

from uuid import UUID

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.reading.staleness import stale_since, told_stale

STALE_SINCE = stale_since("vendor_products", vendor_products="product_id")

LIST = f"""
    SELECT product_id, document, {STALE_SINCE} FROM read.vendor_products_v1
    WHERE vendor_id = $1 AND ($2::text IS NULL OR status = $2)
        AND ($3::uuid IS NULL OR product_id < $3)
    ORDER BY product_id DESC LIMIT $4
"""

GET = f"""
    SELECT document, {STALE_SINCE}
    FROM read.vendor_products_v1 WHERE vendor_id = $1 AND product_id = $2
"""


async def list_vendor_products(
    reads: PrivateReads,
    cursors: Cursors,
    vendor_id: UUID,
    status: str | None,
    limit: int,
    cursor: str | None,
) -> bytes:
    """A page of the vendor's products as JSON; ids sort by the time they were made.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listVendorProducts/{vendor_id}/{status}"
    paging = Paging(cursors, limit, cursor)
    (behind,) = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        rows = await connection.fetch(LIST, vendor_id, status, behind, paging.rows)
    shown, further = paging.cut(question, rows, lambda row: [row["product_id"]])
    items = [told_stale(row["document"], row["stale_since"]) for row in shown]
    return page_json(items, further)


async def get_vendor_product(reads: PrivateReads, vendor_id: UUID, product_id: UUID) -> bytes:
    """One of the vendor's products as JSON.

    Raises:
        NotThere: none of the vendor's.
    """
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        row = await connection.fetchrow(GET, vendor_id, product_id)
    if row is None:
        raise NotThere
    return told_stale(row["document"], row["stale_since"]).encode()
