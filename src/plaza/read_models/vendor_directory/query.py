"""Who sells here, by name."""

from uuid import UUID

import asyncpg

from plaza.kernel.refusals import NotThere
from plaza.outbox.channels import everything
from plaza.read_models.vendor_directory.tags import ANY, slug_tag, vendor_tag
from plaza.reading.cursor import Cursors
from plaza.reading.entry import Rendered
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.staleness import stale_since, told_stale

QUESTION = "listVendors"

STALE_SINCE = stale_since("vendor_directory", vendor_directory="vendor_id")

LIST = f"""
    SELECT vendor_id, name, document, {STALE_SINCE} FROM read.vendor_directory_v2
    WHERE $1::text IS NULL OR (name, vendor_id) > ($1, $2::uuid)
    ORDER BY name, vendor_id LIMIT $3
"""

GET = f"""
    SELECT vendor_id, document, {STALE_SINCE}
    FROM read.vendor_directory_v2 WHERE slug = $1 OR vendor_id::text = $1
    ORDER BY vendor_id::text = $1 DESC LIMIT 1
"""

SLUG_NOW = """
    SELECT v.vendor_id, v.slug FROM read.vendor_directory_former_slug_v2 f
    JOIN read.vendor_directory_v2 v ON v.vendor_id = f.vendor_id
    WHERE f.slug = $1
"""


MOVED = 308
"""The status of an answer whose body is the path that leads to the vendor now."""

EVERYTHING = everything("vendor_directory")


async def list_vendors(
    pool: asyncpg.Pool, cursors: Cursors, limit: int, cursor: str | None
) -> Rendered:
    """A page of vendors as JSON.

    Raises:
        InvalidCursor: not one of this list.
    """
    paging = Paging(cursors, limit, cursor)
    rows = await pool.fetch(LIST, *paging.behind(QUESTION, tuple[str, UUID]), paging.rows)
    shown, further = paging.cut(QUESTION, rows, lambda row: [row["name"], row["vendor_id"]])
    items = [told_stale(row["document"], row["stale_since"]) for row in shown]
    return Rendered(page_json(items, further), (EVERYTHING, ANY))


async def get_vendor(pool: asyncpg.Pool, name: str) -> Rendered:
    """A vendor by slug or id, as JSON; by a former slug, where it is now; 404 where none sells."""
    row = await pool.fetchrow(GET, name)
    if row is not None:
        document = told_stale(row["document"], row["stale_since"])
        return Rendered(document.encode(), _tags(name, row))
    row = await pool.fetchrow(SLUG_NOW, name)
    if row is not None:
        return Rendered(f"/v1/vendors/{row['slug']}".encode(), (ANY, *_tags(name, row)), MOVED)
    return Rendered(b"", (EVERYTHING, ANY), NotThere.status)


def _tags(name: str, row: asyncpg.Record) -> tuple[str, ...]:
    return (EVERYTHING, slug_tag(name), vendor_tag(row["vendor_id"]))
