"""The classes of the write side are the tables that the migrations made."""

from collections.abc import Iterator

import asyncpg
import pytest
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

import plaza.bootstrap as _everything
from plaza.writing.aggregate import Row, VersionedRow

COLUMNS = """
    SELECT a.attname AS name, NOT a.attnotnull AS nullable, t.typname AS type,
        a.atthasdef AS has_default
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
"""
PRIMARY_KEY = """
    SELECT array_agg(a.attname::text) FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = to_regclass($1) AND i.indisprimary
"""


def tables(row: type[Row] = Row) -> Iterator[Table]:
    """Every table that a class of the write side stands for."""
    for kind in row.__subclasses__():
        if "__table__" in kind.__dict__:
            yield kind.__dict__["__table__"]
        yield from tables(kind)


TABLES = {table.fullname: table for table in tables()}


def test_the_classes_are_found() -> None:
    assert _everything.ROUTES
    assert {"catalog.product", "inventory.location", "identity.account", "vendors.member"} <= set(
        TABLES
    )


@pytest.mark.parametrize("name", sorted(TABLES))
async def test_a_class_is_its_table(database: asyncpg.Connection, name: str) -> None:
    stored = {row["name"]: row for row in await database.fetch(COLUMNS, name)}
    mapped = {column.name: column for column in TABLES[name].columns}

    assert mapped.keys() <= stored.keys()
    for column_name, column in mapped.items():
        assert column.nullable == stored[column_name]["nullable"], column_name
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # so SQLAlchemy has it
        compiled = column.type.compile(dialect=dialect).lower()
        assert _short(compiled) == stored[column_name]["type"], column_name
    unmapped = [stored[column] for column in stored.keys() - mapped.keys()]
    assert all(column["nullable"] or column["has_default"] for column in unmapped), unmapped


@pytest.mark.parametrize("name", sorted(TABLES))
async def test_a_class_has_its_tables_key(database: asyncpg.Connection, name: str) -> None:
    key = await database.fetchval(PRIMARY_KEY, name)

    assert {column.name for column in TABLES[name].primary_key} == set(key)


@pytest.mark.parametrize("kind", VersionedRow.__subclasses__(), ids=lambda kind: kind.__name__)
def test_a_versioned_row_compares_and_sets_its_version(kind: type[VersionedRow]) -> None:
    assert kind.__mapper__.version_id_col is kind.__table__.c.version


def _short(compiled: str) -> str:
    """PostgreSQL's own name of a type that SQLAlchemy spells out."""
    names = {
        "varchar": "text",
        "bigint": "int8",
        "integer": "int4",
        "smallint": "int2",
        "boolean": "bool",
        "numeric(7, 6)": "numeric",
        "text[]": "_text",
        "timestamp with time zone": "timestamptz",
    }
    return names.get(compiled, compiled)
