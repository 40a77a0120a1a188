"""Which products sold best: from Redis, or by one statement."""

from typing import Any

import asyncpg
import msgspec

from plaza.kernel.problem import InputError
from plaza.outbox.channels import everything
from plaza.read_models.bestsellers.sorted_sets import set_of
from plaza.read_models.bestsellers.tags import ANY
from plaza.reading.conditions import Conditions
from plaza.reading.entry import Rendered
from plaza.reading.page import items_json
from plaza.reading.sorted_sets import Highest, SortedReads
from plaza.web.strict_json import InvalidInput

PROJECTION = "bestsellers"
TAGS = (everything(PROJECTION), ANY)

LISTED = """
    SELECT b.sellers, b.cards, l.listed
    FROM read.bestsellers_units_v1 u
    JOIN read.bestsellers_v1 b ON b.product_id = u.product_id AND b.currency = $1
    CROSS JOIN LATERAL (
        SELECT array_agg(v.vendor_id::text) AS listed FROM read.bestsellers_vendor_v1 v
        WHERE v.vendor_id = ANY (string_to_array(b.sellers, ',')::uuid[]) AND v.listed) l
    WHERE u.units > 0 AND l.listed IS NOT NULL
"""

BEST_FIRST = "ORDER BY u.units DESC, u.product_id DESC"

CATEGORIES = """
    WITH RECURSIVE below AS (
        SELECT category_id FROM read.bestsellers_category_v1
        WHERE category_id::text = $1 OR slug = $1
        UNION
        SELECT c.category_id FROM read.bestsellers_category_v1 c
        JOIN below ON c.parent_id = below.category_id)
    SELECT array_agg(category_id) FROM below
"""


class BestsellersWanted(msgspec.Struct, frozen=True, kw_only=True):
    """How many, of what."""

    currency: str
    category: str | None
    limit: int


async def list_bestsellers(
    pool: asyncpg.Pool, sorted_reads: SortedReads, wanted: BestsellersWanted
) -> Rendered:
    """Cards as JSON, those that sold most units first.

    Raises:
        InvalidInput: a category that there is not.
    """
    name = wanted.category or ""
    highest = Highest(set_of(wanted.currency), wanted.currency, wanted.limit, name)
    found = await sorted_reads.ask(PROJECTION, highest)
    if found is None:
        found = await _from_tables(pool, wanted)
    return Rendered(items_json(found), TAGS)


async def _from_tables(pool: asyncpg.Pool, wanted: BestsellersWanted) -> list[str]:
    conditions = Conditions(wanted.currency)
    if wanted.category is not None:
        below = await pool.fetchval(CATEGORIES, wanted.category)
        conditions.add("b.category_id = ANY ({0}::uuid[])", _known(below))
    sql = f"{LISTED} {conditions} {BEST_FIRST} LIMIT {wanted.limit}"
    rows = await pool.fetch(sql, *conditions.arguments)
    return [_card(row) for row in rows]


def _card(row: asyncpg.Record) -> str:
    """That of the lowest price of whoever may be shown."""
    cards = msgspec.json.decode(row["cards"], type=list[msgspec.Raw])
    sellers = zip(row["sellers"].split(","), cards, strict=True)
    return next(bytes(card).decode() for seller, card in sellers if seller in row["listed"])


def _known(below: Any) -> Any:
    if below is None:
        error = InputError("/query/category", "unknown", "no such category")
        raise InvalidInput("There is no such category.", errors=[error])
    return below
