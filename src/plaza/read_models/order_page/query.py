"""One order, with its vendors' names and its address as they are now."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.read_models.order_page.addresses import Addresses
from plaza.reading.pools import PrivateReads
from plaza.reading.postal_address import Recipient
from plaza.reading.staleness import stale_since, told_stale

# Whose lines and names are joined is asked only where anything is parked.
STALE_SINCE = stale_since(
    "order_page",
    order_page="order_id",
    order_page_lines="ANY (SELECT l.vendor_order_id FROM read.order_page_lines_v2 l "
    "WHERE l.order_id = o.order_id)",
    order_page_vendor="ANY (SELECT l.vendor_id FROM read.order_page_lines_v2 l "
    "WHERE l.order_id = o.order_id)",
)

ORDER = f"""
    SELECT document, vendor_orders, address_id,
        {STALE_SINCE}
    FROM read.order_page_v2 o WHERE order_id = $1
"""

# The name of a vendor whose facts are parked is not known.
VENDOR_ORDERS = """
    SELECT l.vendor_order_id, l.lines, coalesce(v.document, json_build_object(
        'id', l.vendor_id, 'slug', '', 'name', '')::text) AS vendor
    FROM read.order_page_lines_v2 l
    LEFT JOIN read.order_page_vendor_v2 v ON v.vendor_id = l.vendor_id
    WHERE l.order_id = $1
"""

NOBODY = Recipient(email=None, address=None)

Heads = list[tuple[UUID, msgspec.Raw]]


async def get_order(
    reads: PrivateReads, addresses: Addresses, surface: Surface, order_id: UUID
) -> bytes:
    """The order as JSON.

    Raises:
        NotThere: there is none that the surface shows.
    """
    async with reads.within(surface) as connection:
        order = await connection.fetchrow(ORDER, order_id)
        if order is None:
            raise NotThere
        joined = await connection.fetch(VENDOR_ORDERS, order_id)
    recipient = await addresses(order["address_id"]) or NOBODY
    parts = _vendor_orders(msgspec.json.decode(order["vendor_orders"], type=Heads), joined)
    rest = msgspec.json.encode(recipient).decode()[1:]
    page = f'{order["document"][:-1]},"vendor_orders":[{",".join(parts)}],{rest}'
    return told_stale(page, order["stale_since"]).encode()


def _vendor_orders(heads: Heads, joined: list[asyncpg.Record]) -> Iterable[str]:
    known = {row["vendor_order_id"]: row for row in joined}
    for vendor_order_id, head in heads:
        row = known.get(vendor_order_id)
        if row is None:
            # Its lines are parked.
            continue
        document = bytes(head).decode()
        yield f'{document[:-1]},"vendor":{row["vendor"]},"lines":{row["lines"]}}}'
