"""What of the suggestions Redis keeps: one set of all beginnings, in their order."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import asyncpg

from plaza.outbox.sorted_names import END
from plaza.projecting.sorted_shape import Face, Kept, SortedShape
from plaza.read_models.product_suggestions.tags import PRODUCT, VENDOR

SET = "all"
FACE = ""

KEPT = """
    SELECT product_id, key, sellers, item FROM read.product_suggestions_v1
    WHERE product_id = ANY ($1::uuid[])
"""

NEXT = """
    SELECT DISTINCT product_id FROM read.product_suggestions_v1
    WHERE product_id > $1 ORDER BY product_id LIMIT $2
"""

VENDORS = """
    SELECT vendor_id, listed FROM read.product_suggestions_vendor_v1
    WHERE $1::uuid[] IS NULL OR vendor_id = ANY ($1)
"""


def kept_of(rows: Iterable[asyncpg.Record]) -> dict[UUID, Kept]:
    """The products with the places of all their beginnings."""
    kept: dict[UUID, Kept] = defaultdict(Kept)
    for row in rows:
        product = kept[row["product_id"]]
        product.faces[FACE] = Face(row["sellers"].split(","), [row["item"]])
        product.entries.append((SET, f"{row['key']}{END}{row['product_id']}", 0))
    return kept


SORTED_SETS = SortedShape(
    projection="product_suggestions",
    documents_tag=PRODUCT,
    vendors_tag=VENDOR,
    kept=KEPT,
    kept_of=kept_of,
    next_ids=NEXT,
    vendors=VENDORS,
)
