"""Who may read what of the read models."""

import asyncpg
import pytest

from plaza.bootstrap import PROJECTIONS
from plaza.projecting.building import parts_name, table_name

PRIVATE = {
    "bestsellers_sale",
    "order_history",
    "order_page",
    "order_page_lines",
    "payment_list",
    "stock_overview",
    "stock_overview_location",
    "stock_overview_movement",
    "stock_overview_product",
    "vendor_applications",
    "vendor_order_queue",
    "vendor_order_queue_lines",
    "vendor_products",
}

VIEWS = """
    SELECT relname, 'security_invoker=true' = ANY (coalesce(reloptions, '{}')) AS as_reader
    FROM pg_class WHERE relkind = 'v' AND relnamespace = 'read'::regnamespace
"""

TABLES = [
    (document.table, table_name(projection, document.table, 1))
    for projection in PROJECTIONS
    for document in projection.documents
]
PARTS = [
    parts_name(projection, document.table, 1)
    for projection in PROJECTIONS
    for document in projection.documents
    if not document.is_told_once
]


async def readers_of(connection: asyncpg.Connection, table: str) -> set[str]:
    roles = ("plaza_reader", "plaza_app")
    may = "SELECT has_table_privilege($1, $2, 'SELECT')"
    return {role for role in roles if await connection.fetchval(may, role, table)}


async def test_every_view_reads_with_the_rights_of_its_reader(
    connection: asyncpg.Connection,
) -> None:
    views = await connection.fetch(VIEWS)
    expected = {f"{d.table}_v{p.schema_version}" for p in PROJECTIONS for d in p.documents}
    assert {view["relname"] for view in views} >= expected
    assert [view["relname"] for view in views if not view["as_reader"]] == []


@pytest.mark.parametrize(("name", "table"), TABLES, ids=[name for name, _ in TABLES])
async def test_private_tables_are_under_forced_row_security_and_public_ones_under_none(
    connection: asyncpg.Connection, name: str, table: str
) -> None:
    row = await connection.fetchrow(
        """
        SELECT relrowsecurity, relforcerowsecurity,
            (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) AS policies
        FROM pg_class c WHERE oid = $1::text::regclass
        """,
        table,
    )
    assert row is not None
    if name in PRIVATE:
        assert (row["relrowsecurity"], row["relforcerowsecurity"]) == (True, True)
        assert row["policies"] > 0
        assert await readers_of(connection, table) == {"plaza_app"}
    else:
        assert await readers_of(connection, table) == {"plaza_reader", "plaza_app"}


@pytest.mark.parametrize("parts", PARTS)
async def test_what_projections_remember_is_for_nobody_else(
    connection: asyncpg.Connection, parts: str
) -> None:
    assert await readers_of(connection, parts) == set()


@pytest.mark.parametrize("role", ["plaza_reader", "plaza_app"])
async def test_nobody_but_the_projector_writes_a_read_model(
    connection: asyncpg.Connection, role: str
) -> None:
    may = "SELECT has_table_privilege($1, $2, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    tables = [table for _, table in TABLES] + PARTS
    assert [table for table in tables if await connection.fetchval(may, role, table)] == []
