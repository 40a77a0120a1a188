"""Which vendors there are in a standing, those that came first first."""

from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.actor import MARKET
from plaza.read_models.vendor_applications.contacts import Contacts
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.reading.staleness import stale_since, told_stale

# Ids sort by the time they were made.
LIST = f"""
    SELECT vendor_id, document,
        {stale_since("vendor_applications", vendor_applications="vendor_id")}
    FROM read.vendor_applications_v2
    WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR vendor_id > $2)
    ORDER BY vendor_id LIMIT $3
"""


async def list_vendor_applications(
    reads: PrivateReads,
    contacts: Contacts,
    cursors: Cursors,
    status: str | None,
    limit: int,
    cursor: str | None,
) -> bytes:
    """A page of vendors as JSON, with the addresses that they have now.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listVendorApplications/{status}"
    paging = Paging(cursors, limit, cursor)
    (behind,) = paging.behind(question, tuple[UUID])
    async with reads.within(MARKET) as connection:
        rows = await connection.fetch(LIST, status, behind, paging.rows)
    shown, further = paging.cut(question, rows, lambda row: [row["vendor_id"]])
    known = await contacts([row["vendor_id"] for row in shown])
    items = [_item(row, known.get(row["vendor_id"])) for row in shown]
    return page_json(items, further)


def _item(row: asyncpg.Record, contact_email: str | None) -> str:
    address = msgspec.json.encode(contact_email).decode()
    document = f'{row["document"][:-1]},"contact_email":{address}}}'
    return told_stale(document, row["stale_since"])
