"""What of the bestsellers Redis keeps: a set a currency, and one for each category in it."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.sorted_shape import Face, Kept, SortedShape
from plaza.read_models.bestsellers.tags import CATEGORIES, PRODUCT, VENDOR

# The categories above come along: what sells in one sells in all of them.
KEPT = """
    SELECT b.product_id, b.currency, b.sellers, b.cards, u.units, a.above
    FROM read.bestsellers_v1 b
    JOIN read.bestsellers_units_v1 u ON u.product_id = b.product_id AND u.units > 0
    CROSS JOIN LATERAL (
        WITH RECURSIVE up AS (
            SELECT c.category_id, c.parent_id FROM read.bestsellers_category_v1 c
            WHERE c.category_id = b.category_id
            UNION
            SELECT c.category_id, c.parent_id FROM read.bestsellers_category_v1 c
            JOIN up ON up.parent_id = c.category_id)
        SELECT coalesce(array_agg(category_id::text), '{}') AS above FROM up) a
    WHERE b.product_id = ANY ($1::uuid[])
"""

NEXT = """
    SELECT product_id FROM read.bestsellers_units_v1
    WHERE product_id > $1 AND units > 0 ORDER BY product_id LIMIT $2
"""

VENDORS = """
    SELECT vendor_id, listed FROM read.bestsellers_vendor_v1
    WHERE $1::uuid[] IS NULL OR vendor_id = ANY ($1)
"""

NAMES = """
    SELECT category_id::text, category_id::text FROM read.bestsellers_category_v1
    UNION ALL SELECT slug, category_id::text FROM read.bestsellers_category_v1
"""


def set_of(currency: str, category_id: str = "") -> str:
    """The name of a sorted set; of all categories where none is named."""
    return f"{currency}:{category_id}"


def kept_of(rows: Iterable[asyncpg.Record]) -> dict[UUID, Kept]:
    """The products with their places in all lists."""
    kept: dict[UUID, Kept] = defaultdict(Kept)
    for row in rows:
        product, currency = kept[row["product_id"]], row["currency"]
        cards = msgspec.json.decode(row["cards"], type=list[msgspec.Raw])
        shown = [bytes(card).decode() for card in cards]
        product.faces[currency] = Face(row["sellers"].split(","), shown)
        product.entries += [
            (set_of(currency, category_id), str(row["product_id"]), row["units"])
            for category_id in ("", *row["above"])
        ]
    return kept


SORTED_SETS = SortedShape(
    projection="bestsellers",
    documents_tag=PRODUCT,
    vendors_tag=VENDOR,
    # Everything below a category that was moved would stand elsewhere.
    rebuilt_on=CATEGORIES,
    kept=KEPT,
    kept_of=kept_of,
    next_ids=NEXT,
    vendors=VENDORS,
    names=NAMES,
)
