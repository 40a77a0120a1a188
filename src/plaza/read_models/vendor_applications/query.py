"""Which vendors there are in a standing, those that came first first."""

from uuid import UUID

import msgspec

from plaza.kernel.actor import MARKET
from plaza.read_models.vendor_applications.contacts import Contacts
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.pools import PrivateReads

# Ids sort by the time they were made.
LIST = """
    SELECT vendor_id, document FROM read.vendor_applications_v1
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
    behind = None
    if cursor is not None:
        (behind,) = cursors.read(question, cursor, tuple[UUID])
    async with reads.within(MARKET) as connection:
        rows = await connection.fetch(LIST, status, behind, limit + 1)
    shown = rows[:limit]
    further = None
    if len(rows) > limit:
        further = cursors.write(question, [shown[-1]["vendor_id"]])
    known = await contacts([row["vendor_id"] for row in shown])
    items = [_item(row["document"], known.get(row["vendor_id"])) for row in shown]
    return page_json(items, further)


def _item(document: str, contact_email: str | None) -> str:
    return f'{document[:-1]},"contact_email":{msgspec.json.encode(contact_email).decode()}}}'
