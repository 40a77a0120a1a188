"""A vendor's page of the listing reads the rows that it shows, however many others sell."""

import re
from typing import Any, cast
from uuid import UUID

import asyncpg
import pytest

from plaza.read_models.product_listing.projection import PROJECTION
from plaza.read_models.product_listing.query import ORDERS, ProductsWanted, Sort, list_products
from plaza.reading.cursor import Cursors
from read_models.conftest import Shown

VENDOR = UUID(int=7)
VENDORS = """
    INSERT INTO read.product_listing_vendor_v2 (vendor_id, slug, listed, document)
    SELECT lpad(to_hex(n), 32, '0')::uuid, 'vendor-' || n, true, '{}' FROM generate_series(0, 99) n
"""
# Each product is sold by two vendors, and the rows of one lie far apart.
ROWS = """
    INSERT INTO read.product_listing_v2 (product_id, currency, rank, vendor_id, price_minor,
        in_stock, published_at, vendor_count, offer_count, price_max_minor, card)
    SELECT md5(p::text)::uuid, 'GBP', rank, lpad(to_hex((p + 37 * rank) % 100), 32, '0')::uuid,
        100 + p * 7919 % 10000, true, '2026-01-01'::timestamptz + p * interval '1 min',
        2, 1, 0, repeat('x', 400)
    FROM generate_series(1, 20000) p, generate_series(0, 1) rank
"""


OWN_ROWS = r"Index Scan .*_vendor_id_.* on product_listing_v2_b1 .*actual .*rows=25\.00"
ANALYZE = "ANALYZE read.product_listing_v2_b1, read.product_listing_vendor_v2_b1"


class Explaining:
    """Gives plans in the place of rows."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.plan = ""

    async def fetchval(self, statement: str, *arguments: Any) -> Any:
        return await self._connection.fetchval(statement, *arguments)

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        explained = f"EXPLAIN (ANALYZE) {statement}"
        rows = await self._connection.fetch(explained, *arguments)
        self.plan = "\n".join(row[0] for row in rows)
        return []


@pytest.mark.parametrize("sort", ORDERS)
async def test_a_page_of_a_vendor_reads_its_own_rows_in_their_order(
    written: Shown, connection: asyncpg.Connection, sort: Sort
) -> None:
    await written(PROJECTION)
    await connection.execute("SET LOCAL ROLE plaza_owner")
    await connection.execute(f"{VENDORS}; {ROWS}; {ANALYZE}")
    wanted = ProductsWanted(currency="GBP", vendor=str(VENDOR), sort=sort)
    explaining = Explaining(connection)

    # It has what a query asks a pool for.
    pool = cast("asyncpg.Pool", explaining)
    await list_products(pool, Cursors(b"a key of the tests"), wanted, 24, None)

    assert f"vendor_id = '{VENDOR}'" in explaining.plan
    assert re.search(OWN_ROWS, explaining.plan), explaining.plan
    for wasteful in ("Sort", "Seq Scan on product_listing_v2"):
        assert wasteful not in explaining.plan, explaining.plan
