"""Which products are on sale: one statement a page."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.problem import InputError
from plaza.outbox.channels import everything
from plaza.read_models.product_listing.tags import (
    ALL,
    ANY,
    PLACES,
    category_places_tag,
    category_tag,
    product_tag,
    vendor_places_tag,
    vendor_tag,
)
from plaza.reading.conditions import Conditions
from plaza.reading.cursor import Cursors
from plaza.reading.entry import Rendered
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.staleness import stale_since, told_stale
from plaza.web.strict_json import InvalidInput

Sort = Literal["newest", "price_asc", "price_desc"]

CATEGORY_TAGS_MAX = 100
"""A page of more categories than that is made anew whenever any product changes."""

STALE_SINCE = stale_since(
    "product_listing",
    product_listing="l.product_id",
    product_listing_vendor="l.vendor_id",
    product_listing_category="l.category_id",
)

# Offers of vendors that are not listed do not count; most products have one vendor, and of these
# nothing more is read than their row.
LISTED = f"""
    SELECT l.product_id, l.currency, l.price_minor, l.published_at, l.card, v.document AS vendor,
        c.document AS category, coalesce(whole.offer_count, l.offer_count) AS offer_count,
        coalesce(whole.price_max_minor, l.price_max_minor) AS price_max_minor, {STALE_SINCE}
    FROM read.product_listing_v2 l
    JOIN read.product_listing_vendor_v2 v ON v.vendor_id = l.vendor_id AND v.listed
    LEFT JOIN read.product_listing_category_v2 c ON c.category_id = l.category_id
    CROSS JOIN LATERAL (
        SELECT sum(o.offer_count) AS offer_count, max(o.price_max_minor) AS price_max_minor
        FROM read.product_listing_v2 o
        JOIN read.product_listing_vendor_v2 ov ON ov.vendor_id = o.vendor_id AND ov.listed
        WHERE l.vendor_count > 1 AND o.product_id = l.product_id AND o.currency = l.currency
    ) whole
    WHERE l.currency = $1
"""

# Another vendor's row of the same product shows only while no better vendor is listed.
BEST = """
    (l.rank = 0 OR NOT EXISTS (
        SELECT FROM read.product_listing_v2 better
        JOIN read.product_listing_vendor_v2 bv ON bv.vendor_id = better.vendor_id
        WHERE better.product_id = l.product_id AND better.currency = l.currency
            AND better.rank < l.rank AND bv.listed))
"""

CATEGORIES = """
    WITH RECURSIVE below AS (
        SELECT category_id FROM read.product_listing_category_v2
        WHERE category_id::text = $1 OR slug = $1
        UNION
        SELECT c.category_id FROM read.product_listing_category_v2 c
        JOIN below ON c.parent_id = below.category_id)
    SELECT array_agg(category_id) FROM below
"""

VENDOR = """
    SELECT vendor_id FROM read.product_listing_vendor_v2 WHERE vendor_id::text = $1 OR slug = $1
    UNION ALL SELECT vendor_id FROM read.product_listing_former_slug_v2 WHERE slug = $1 LIMIT 1
"""

ORDERS: dict[Sort, tuple[str, str, type[Any]]] = {
    "newest": (
        "ORDER BY l.published_at DESC, l.product_id DESC",
        "(l.published_at, l.product_id) < ({0}::timestamptz, {1}::uuid)",
        tuple[datetime, UUID],
    ),
    "price_asc": (
        "ORDER BY l.price_minor, l.product_id",
        "(l.price_minor, l.product_id) > ({0}::bigint, {1}::uuid)",
        tuple[int, UUID],
    ),
    "price_desc": (
        "ORDER BY l.price_minor DESC, l.product_id DESC",
        "(l.price_minor, l.product_id) < ({0}::bigint, {1}::uuid)",
        tuple[int, UUID],
    ),
}


class ProductsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the listing."""

    currency: str
    category: str | None = None
    vendor: str | None = None
    price_min: int | None = None
    price_max: int | None = None
    in_stock: bool | None = None
    sort: Sort = "newest"

    @property
    def is_by_time(self) -> bool:
        """Whether neither prices nor stock decide on what is shown, and where."""
        chosen_by = (self.price_min, self.price_max, self.in_stock)
        return self.sort == "newest" and all(choice is None for choice in chosen_by)

    def fingerprint(self) -> str:
        """What a cursor is good for: the same filters in the same order."""
        return msgspec.json.encode(self).decode()


async def list_products(
    pool: asyncpg.Pool,
    cursors: Cursors,
    wanted: ProductsWanted,
    limit: int,
    cursor: str | None,
) -> Rendered:
    """A page of cards as JSON.

    Raises:
        InvalidCursor: from another question, or tampered with.
        InvalidInput: a category or vendor that there is not.
    """
    order, behind, types = ORDERS[wanted.sort]
    paging, question = Paging(cursors, limit, cursor), wanted.fingerprint()
    conditions = Conditions(wanted.currency)
    tags = await _narrow(pool, conditions, wanted)
    if cursor is not None:
        conditions.add(behind, *paging.behind(question, types))
    # A limit that is a parameter would be planned for a tenth of the table, so that PostgreSQL
    # planned every request anew, which takes longer than the query.
    sql = f"{LISTED} {conditions} {order} LIMIT {paging.rows}"
    rows = await pool.fetch(sql, *conditions.arguments)
    sorted_by = "published_at" if wanted.sort == "newest" else "price_minor"
    shown, further = paging.cut(question, rows, lambda row: [row[sorted_by], row["product_id"]])
    if wanted.is_by_time:
        tags += [product_tag(row["product_id"]) for row in shown]
    page = page_json([_item(row) for row in shown], further)
    return Rendered(page, (everything("product_listing"), ALL, *tags))


async def _narrow(pool: asyncpg.Pool, conditions: Conditions, wanted: ProductsWanted) -> list[str]:
    """Add what is asked for.

    Returns:
        Tags of which each row that is shown, or was or will be, touches one. Of a page by time that
        holds only when the row comes, goes or moves: it carries those of its products, too.
    """
    is_by_time = wanted.is_by_time
    tags = [PLACES if is_by_time else ANY]
    if wanted.category is not None:
        below = _known(await pool.fetchval(CATEGORIES, wanted.category), "category")
        conditions.add("l.category_id = ANY ({0}::uuid[])", below)
        if len(below) <= CATEGORY_TAGS_MAX:
            tags = list(map(category_places_tag if is_by_time else category_tag, below))
    if wanted.vendor is None:
        conditions.add(BEST)
    else:
        # Whoever sells the same product cheaper: a vendor's own list shows what it asks itself.
        vendor_id = _known(await pool.fetchval(VENDOR, wanted.vendor), "vendor")
        conditions.add("l.vendor_id = {0}", vendor_id)
        tags = [vendor_places_tag(vendor_id) if is_by_time else vendor_tag(vendor_id)]
    if wanted.price_min is not None:
        conditions.add("l.price_minor >= {0}::bigint", wanted.price_min)
    if wanted.price_max is not None:
        conditions.add("l.price_minor <= {0}::bigint", wanted.price_max)
    if wanted.in_stock is not None:
        conditions.add("l.in_stock = {0}", wanted.in_stock)
    return tags


def _known(found: Any, parameter: str) -> Any:
    if found is None:
        error = InputError(f"/query/{parameter}", "unknown", f"no such {parameter}")
        raise InvalidInput(f"There is no such {parameter}.", errors=[error])
    return found


def _item(row: asyncpg.Record) -> str:
    category = row["category"] or "null"
    price_max = f'{{"amount_minor":{row["price_max_minor"]},"currency":"{row["currency"]}"}}'
    item = (
        f'{row["card"][:-1]},"price_max":{price_max},"offer_count":{row["offer_count"]},'
        f'"vendor":{row["vendor"]},"category":{category}}}'
    )
    return told_stale(item, row["stale_since"])
