"""What the write side holds, and what of it differs between two moments."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import asyncpg

from plaza.bootstrap import PROJECTIONS
from plaza.projecting.projection import Projection

SCHEMAS = (
    "identity",
    "vendors",
    "catalog",
    "inventory",
    "ordering",
    "payments",
    "notifications",
)

COLUMNS = """
    SELECT c.relnamespace::regnamespace || '.' || c.relname AS table, a.attname AS column,
        coalesce(a.attnum = ANY (i.indkey), false) AS is_key
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text = ANY ($1)
        AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY 1, a.attnum
"""

# What has no position yet is behind everything.
TOLD = """
    SELECT e.type, max(coalesce(p.position, 9e18::bigint)) AS position
    FROM outbox.event e LEFT JOIN outbox.position p ON p.id = e.id GROUP BY e.type
"""
FOLLOWED = """
    SELECT b.projection, b.build, max(s.upto) AS upto FROM projecting.build b
    JOIN projecting.step s USING (projection, build)
    WHERE b.status = 'live' GROUP BY b.projection, b.build
"""

TIME = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d(\.\d+)?)")

Row = dict[str, Any]


class Written:
    """All rows of the write side at a moment, and all that read models show of them."""

    def __init__(self, rows: dict[str, dict[str, Row]], shown: dict[str, str]) -> None:
        self.rows = rows
        self.shown = shown


class Change:
    """A row that a step has written.

    Attributes:
        key: the row's id, or all that tells it apart.
        values: what its columns say now, by `schema.table.column`; only those that differ.
        before: what they said, the same ones.
    """

    def __init__(self, table: str, key: str, before: Row | None, after: Row | None) -> None:
        self.key = key
        now, then = after or {}, before or {}
        differing = {name for name in {*now, *then} if now.get(name) != then.get(name)}
        self.values = {f"{table}.{column}": now.get(column) for column in differing}
        self.before = {f"{table}.{column}": then.get(column) for column in differing}


class WriteSide:
    """The normalized tables, and how far read models are behind them."""

    def __init__(self, connection: asyncpg.Connection, columns: list[asyncpg.Record]) -> None:
        self._connection = connection
        self.columns = [f"{row['table']}.{row['column']}" for row in columns]
        self._keys: dict[str, list[str]] = defaultdict(list)
        for row in columns:
            if row["is_key"]:
                self._keys[row["table"]].append(row["column"])

    @classmethod
    async def of(cls, connection: asyncpg.Connection) -> "WriteSide":
        return cls(connection, await connection.fetch(COLUMNS, list(SCHEMAS)))

    async def now(self) -> Written:
        rows: dict[str, dict[str, Row]] = {}
        for table, key in self._keys.items():
            found = await self._connection.fetch(f"SELECT to_jsonb(t) AS row FROM {table} t")
            decoded = [json.loads(row["row"]) for row in found]
            rows[table] = {"/".join(str(row[name]) for name in key): row for row in decoded}
        return Written(rows, {p.name: await self._shown(p) for p in PROJECTIONS})

    async def is_followed(self) -> bool:
        """Whether every read model has passed the last fact that concerns it."""
        told = {row["type"]: row["position"] for row in await self._connection.fetch(TOLD)}
        upto = {r["projection"]: r["upto"] for r in await self._connection.fetch(FOLLOWED)}
        return all(
            told.get(name, 0) <= upto[projection.name]
            for projection in PROJECTIONS
            for name in projection.events()
        )

    async def _shown(self, projection: Projection) -> str:
        tables = [document.table for document in projection.documents]
        texts = []
        for table in tables:
            view = f"read.{table}_v{projection.schema_version}"
            rows = await self._connection.fetch(f"SELECT t::text AS row FROM {view} t ORDER BY 1")
            texts += [row["row"] for row in rows]
        return "\n".join(texts)


def changes(before: Written, after: Written) -> Iterator[Change]:
    """The rows that differ."""
    for table, rows in after.rows.items():
        earlier = before.rows[table]
        for key in {*rows, *earlier}:
            if rows.get(key) != earlier.get(key):
                yield Change(table, key, earlier.get(key), rows.get(key))


def is_wordless(value: Any) -> bool:
    """Whether rows may show a value without saying it."""
    return value is None or isinstance(value, bool) or value in ("", [], {})


def says(text: str, value: Any) -> bool:
    """Whether a value stands in rows; a wordless one always does."""
    if is_wordless(value):
        return True
    if isinstance(value, dict):
        return all(says(text, part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(says(text, part) for part in value)
    word = f"{value:g}" if isinstance(value, float) else str(value)
    if (time := TIME.match(word)) is not None:
        return time[1].rstrip("0").rstrip(".") in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
