"""Which titles on sale begin with what was typed, at any of their words."""

import asyncpg

from plaza.outbox.channels import everything
from plaza.read_models.product_suggestions.sorted_sets import SET
from plaza.read_models.product_suggestions.spelling import WORDS_MAX
from plaza.read_models.product_suggestions.tags import ANY
from plaza.reading.entry import Rendered
from plaza.reading.page import items_json
from plaza.reading.sorted_sets import Between, SortedReads

SUGGESTIONS_MAX = 10
PROJECTION = "product_suggestions"
TAGS = (everything(PROJECTION), ANY)

LAST = "\U0010ffff"
"""It stands behind whatever a word may go on with."""

# One product may be found by several of its words: so many rows hold enough products.
BEGINNING_SO = f"""
    SELECT s.product_id, s.item FROM read.product_suggestions_v1 s
    WHERE s.key >= $1 AND s.key < $2 AND EXISTS (
        SELECT FROM read.product_suggestions_vendor_v1 v
        WHERE v.vendor_id = ANY (string_to_array(s.sellers, ',')::uuid[]) AND v.listed)
    ORDER BY s.key, s.product_id LIMIT {SUGGESTIONS_MAX * WORDS_MAX}
"""


async def suggest_products(pool: asyncpg.Pool, sorted_reads: SortedReads, begun: str) -> Rendered:
    """Suggestions as JSON, in the order of the alphabet, from Redis or else from the tables.

    Args:
        pool: where the truth is.
        sorted_reads: where it is found sooner.
        begun: what somebody has typed so far, as it is compared.
    """
    if not begun:
        return Rendered(items_json([]), TAGS)
    between = Between(SET, begun, begun + LAST, SUGGESTIONS_MAX)
    found = await sorted_reads.ask(PROJECTION, between)
    if found is None:
        rows = await pool.fetch(BEGINNING_SO, between.first, between.end)
        found = list({row["product_id"]: row["item"] for row in rows}.values())
    return Rendered(items_json(found[:SUGGESTIONS_MAX]), TAGS)
