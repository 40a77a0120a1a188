"""One product with the offers of vendors that are listed."""

from collections.abc import Iterator
from uuid import UUID

import asyncpg

from plaza.kernel.refusals import NotThere
from plaza.kernel.text import is_like_an_id, is_slug
from plaza.outbox.channels import everything
from plaza.read_models.product_page.tags import category_tag, product_tag, slug_tag, vendor_tag
from plaza.reading.entry import Rendered
from plaza.reading.staleness import stale_since, told_stale

STALE_SINCE = stale_since(
    "product_page",
    product_page="p.product_id",
    product_page_vendor="ANY (SELECT p.vendor_id UNION ALL SELECT (o ->> 'vendor_id')::uuid "
    "FROM jsonb_array_elements(p.offers) AS o)",
    product_page_category="p.category_id",
)

PAGE = f"""
    SELECT p.product_id, p.vendor_id, p.category_id, p.document,
        coalesce(c.document, 'null') AS category, author.listed,
        ARRAY(SELECT DISTINCT (o ->> 'vendor_id')::uuid FROM jsonb_array_elements(p.offers) AS o)
            AS vendors,
        coalesce((
            SELECT jsonb_agg(o.value || jsonb_build_object('vendor', v.document) ORDER BY o.n)
            FROM jsonb_array_elements(p.offers) WITH ORDINALITY AS o (value, n)
            JOIN read.product_page_vendor_v1 v ON v.vendor_id = (o.value ->> 'vendor_id')::uuid
            WHERE v.listed), '[]')::text AS offers,
        {STALE_SINCE}
    FROM read.product_page_v1 p
    LEFT JOIN read.product_page_vendor_v1 author ON author.vendor_id = p.vendor_id
    LEFT JOIN read.product_page_category_v1 c ON c.category_id = p.category_id
"""

BY_SLUG = f"{PAGE} WHERE p.slug = $1"
BY_ID = f"{PAGE} WHERE p.product_id = $1"


async def get_product(pool: asyncpg.Pool, name: str) -> Rendered:
    """The page of a product as JSON; 404 where it is not published, or by nobody who sells now.

    Args:
        pool: where to read.
        name: its slug or its id.
    """
    found_by = name_in(name)
    sql = BY_ID if isinstance(found_by, UUID) else BY_SLUG
    row = await pool.fetchrow(sql, found_by)
    asked = product_tag(found_by) if isinstance(found_by, UUID) else slug_tag(found_by)
    if row is None:
        return Rendered(b"", (asked, everything("product_page")), NotThere.status)
    tags = (asked, *_tags(row))
    # Other vendors' offers keep a product on show when its author is not.
    if not row["listed"] and row["offers"] == "[]":
        return Rendered(b"", tags, NotThere.status)
    document = f'{row["document"][:-1]},"category":{row["category"]},"offers":{row["offers"]}}}'
    return Rendered(told_stale(document, row["stale_since"]).encode(), tags)


def _tags(row: asyncpg.Record) -> Iterator[str]:
    yield everything("product_page")
    yield product_tag(row["product_id"])
    for vendor_id in {row["vendor_id"], *row["vendors"]}:
        yield vendor_tag(vendor_id)
    if row["category_id"] is not None:
        yield category_tag(row["category_id"])


def name_in(text: str) -> str | UUID:
    """What a path names a product by: its id, however that is written, or its slug.

    A slug may hold 32 hexadecimal digits too; its hyphens stand elsewhere than those of an id.
    """
    if "-" in text and is_slug(text) and not is_like_an_id(text):
        return text
    try:
        return UUID(text)
    except ValueError:
        return text
