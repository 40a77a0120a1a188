"""The floor under the vendor predicate: forced row-level security on everything that is owned."""

import asyncpg
import pytest

CONTEXTS = ("identity", "vendors", "catalog", "inventory", "promotions", "ordering", "payments")
LATER_CONTEXTS = ("fulfilment", "ledger", "reviews", "notifications")

TABLES = """
    SELECT n.nspname || '.' || c.relname AS name,
        c.relrowsecurity AND c.relforcerowsecurity AS forced, c.relowner::regrole::text AS owner,
        EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1)
"""
WITH_VENDOR = """
    SELECT n.nspname || '.' || c.relname AS name,
        c.relrowsecurity AND c.relforcerowsecurity AS forced
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('vendor_id', 'account_id')
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('read', 'outbox', 'projecting', 'writing')
        AND n.nspname !~ '^pg_'
"""
ROLES = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = ANY ($1)"
VIEWS = """
    SELECT c.oid::regclass::text AS name, coalesce(c.reloptions, '{}') AS options
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


@pytest.mark.parametrize("role", ["plaza_owner", "plaza_app", "plaza_reader"])
async def test_no_role_of_plaza_is_above_the_policies(
    database: asyncpg.Connection, role: str
) -> None:
    row = await database.fetchrow(ROLES, [role])

    assert row is not None
    assert (row["rolsuper"], row["rolbypassrls"]) == (False, False)


async def test_every_table_of_a_context_forces_row_security(database: asyncpg.Connection) -> None:
    tables = await database.fetch(TABLES, [*CONTEXTS, *LATER_CONTEXTS])

    names = {table["name"] for table in tables}
    assert {"catalog.product", "inventory.stock", "vendors.vendor", "identity.account"} <= names
    assert {table["owner"] for table in tables} == {"plaza_owner"}
    assert [t["name"] for t in tables if not (t["forced"] and t["has_policy"])] == []


async def test_categories_are_for_all_eyes_and_for_operators_hands(
    database: asyncpg.Connection,
) -> None:
    policies = await database.fetch(
        "SELECT cmd, qual FROM pg_policies WHERE schemaname = 'catalog' AND tablename = 'category'"
    )

    assert {(row["cmd"], row["qual"]) for row in policies} == {
        ("ALL", "writing.scope_is_market()"),
        ("SELECT", "true"),
    }


async def test_every_table_that_names_a_vendor_or_an_account_forces_row_security(
    database: asyncpg.Connection,
) -> None:
    tables = await database.fetch(WITH_VENDOR)

    assert len(tables) >= 9
    assert [table["name"] for table in tables if not table["forced"]] == []


async def test_every_view_asks_with_the_rights_of_its_caller(database: asyncpg.Connection) -> None:
    views = await database.fetch(VIEWS)

    assert views
    unsafe = [v["name"] for v in views if "security_invoker=true" not in v["options"]]
    assert unsafe == []


async def test_movements_and_facts_cannot_be_edited_by_the_application(
    database: asyncpg.Connection,
) -> None:
    may = "SELECT has_table_privilege('plaza_app', $1, $2)"

    for table in ("inventory.movement", "outbox.event"):
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            assert await database.fetchval(may, table, privilege) is False, (table, privilege)
