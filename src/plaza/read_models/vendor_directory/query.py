"""Who sells here, by name."""

from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.refusals import NotThere
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json

QUESTION = "listVendors"

LIST = """
    SELECT vendor_id, name, document FROM read.vendor_directory_v2
    WHERE $1::text IS NULL OR (name, vendor_id) > ($1, $2::uuid)
    ORDER BY name, vendor_id LIMIT $3
"""

GET = "SELECT document FROM read.vendor_directory_v2 WHERE slug = $1 OR vendor_id::text = $1"

SLUG_NOW = """
    SELECT v.slug FROM read.vendor_directory_former_slug_v2 f
    JOIN read.vendor_directory_v2 v ON v.vendor_id = f.vendor_id
    WHERE f.slug = $1
"""


class Moved(msgspec.Struct, frozen=True):
    """The vendor is found under another slug now."""

    slug: str


async def list_vendors(
    pool: asyncpg.Pool, cursors: Cursors, limit: int, cursor: str | None
) -> bytes:
    """A page of vendors as JSON.

    Raises:
        InvalidCursor: not one of this list.
    """
    place = (None, None)
    if cursor is not None:
        place = cursors.read(QUESTION, cursor, tuple[str, UUID])
    rows = await pool.fetch(LIST, *place, limit + 1)
    further = None
    if len(rows) > limit:
        last = rows[limit - 1]
        further = cursors.write(QUESTION, [last["name"], last["vendor_id"]])
    return page_json([row["document"] for row in rows[:limit]], further)


async def get_vendor(pool: asyncpg.Pool, name: str) -> bytes | Moved:
    """A vendor by slug or id, as JSON; by a former slug, where it is now.

    Raises:
        NotThere: none that sells now.
    """
    document = await pool.fetchval(GET, name)
    if document is not None:
        return str(document).encode()
    slug = await pool.fetchval(SLUG_NOW, name)
    if slug is None:
        raise NotThere
    return Moved(slug)
