"""One product with the offers of vendors that are listed."""

from uuid import UUID

import asyncpg

from plaza.kernel.refusals import NotThere

PAGE = """
    SELECT p.document, coalesce(c.document, 'null') AS category, author.listed,
        coalesce((
            SELECT jsonb_agg(o.value || jsonb_build_object('vendor', v.document) ORDER BY o.n)
            FROM jsonb_array_elements(p.offers) WITH ORDINALITY AS o (value, n)
            JOIN read.product_page_vendor_v1 v ON v.vendor_id = (o.value ->> 'vendor_id')::uuid
            WHERE v.listed), '[]')::text AS offers
    FROM read.product_page_v1 p
    JOIN read.product_page_vendor_v1 author ON author.vendor_id = p.vendor_id
    LEFT JOIN read.product_page_category_v1 c ON c.category_id = p.category_id
"""

BY_SLUG = f"{PAGE} WHERE p.slug = $1"
BY_ID = f"{PAGE} WHERE p.product_id = $1"


async def get_product(pool: asyncpg.Pool, name: str) -> bytes:
    """The page of a product as JSON.

    Args:
        pool: where to read.
        name: its slug or its id.

    Raises:
        NotThere: not published, or by nobody who sells now.
    """
    product_id = _as_id(name)
    sql, argument = (BY_SLUG, name) if product_id is None else (BY_ID, product_id)
    row = await pool.fetchrow(sql, argument)
    # Other vendors' offers keep a product on show when its author is not.
    if row is None or (not row["listed"] and row["offers"] == "[]"):
        raise NotThere
    document = f'{row["document"][:-1]},"category":{row["category"]},"offers":{row["offers"]}}}'
    return document.encode()


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
