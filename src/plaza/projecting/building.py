"""The tables behind a read model: a set for each build, and views that show the live one."""

from collections.abc import Sequence
from string import Template

import asyncpg

from plaza.projecting.projection import Projection

COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

# What a document remembers is for its projection alone: it may hold what the public never sees.
PARTS = """
    CREATE TABLE {parts} (key uuid PRIMARY KEY, remembered bytea NOT NULL)
"""

IS_PRIVATE = "SELECT relforcerowsecurity FROM pg_class WHERE oid = $1::text::regclass"

# What is unique is needed by the very statements that write.
SECONDARY = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index WHERE indrelid = ANY ($1::text[]::regclass[]) AND NOT indisunique
    ORDER BY definition
"""

FUNCTIONS = """
    SELECT DISTINCT tgfoid::regprocedure::text AS name FROM pg_trigger
    WHERE tgrelid = ANY ($1::text[]::regclass[]) AND NOT tgisinternal
"""


def table_name(projection: Projection, table: str, build: int) -> str:
    """A document's table, with its schema."""
    return f"read.{table}_v{projection.schema_version}_b{build}"


def parts_name(projection: Projection, table: str, build: int) -> str:
    """The table of what a document's parts are, with its schema."""
    return f"read.{table}_v{projection.schema_version}_parts_b{build}"


def shown_tables(projection: Projection, build: int) -> list[str]:
    """The tables that stand behind views, with their schema."""
    return [table_name(projection, table, build) for table in _shown(projection)]


def all_tables(projection: Projection, build: int) -> list[str]:
    """All that a build has, with what it remembers."""
    remembered = [d.table for d in projection.documents if not d.is_told_once]
    parts = [parts_name(projection, table, build) for table in remembered]
    return [*shown_tables(projection, build), *parts]


async def create_tables(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    """Make a build's tables, with their readers' rights."""
    await connection.execute(Template(projection.table_sql()).substitute(build=f"b{build}"))
    for document in projection.documents:
        if not document.is_told_once:
            parts = parts_name(projection, document.table, build)
            await connection.execute(PARTS.format(parts=parts))
    for table in shown_tables(projection, build):
        await _let_read(connection, table, of=table)


async def take_indexes_off(connection: asyncpg.Connection, tables: Sequence[str]) -> list[str]:
    """Drop the indexes that only readers need; gives the statements that make them again."""
    indexes = await connection.fetch(SECONDARY, list(tables))
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    return [index["definition"] for index in indexes]


async def show(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    """Put the build's tables behind the views."""
    for table in _shown(projection):
        source = table_name(projection, table, build)
        columns = ", ".join(row["attname"] for row in await connection.fetch(COLUMNS, source))
        view = f"read.{table}_v{projection.schema_version}"
        await connection.execute(
            f"CREATE OR REPLACE VIEW {view} WITH (security_invoker = true) "
            f"AS SELECT {columns} FROM {source}"
        )
        await _let_read(connection, view, of=source)


async def drop_tables(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    """Drop a build's tables, and the functions that their triggers call."""
    tables = all_tables(projection, build)
    functions = await connection.fetch(FUNCTIONS, tables)
    await connection.execute(f"DROP TABLE {', '.join(tables)}")
    for function in functions:
        await connection.execute(f"DROP FUNCTION {function['name']}")


def _shown(projection: Projection) -> list[str]:
    return [*(document.table for document in projection.documents), *projection.derived]


async def _let_read(connection: asyncpg.Connection, relation: str, *, of: str) -> None:
    """Let those read a table or its view who may read the table."""
    is_private = await connection.fetchval(IS_PRIVATE, of)
    reader = "plaza_app" if is_private else "plaza_reader, plaza_app"
    await connection.execute(f"GRANT SELECT ON {relation} TO {reader}")
