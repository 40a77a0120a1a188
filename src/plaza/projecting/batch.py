"""Writing a batch of facts into a build's tables: load what is touched, fold, write back."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Event, Fact
from plaza.projecting.building import parts_name, table_name
from plaza.projecting.projection import Document, Projection, Remembered, fold
from plaza.projecting.routing import WHOLE, Part

COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

Told = tuple[Event, Fact]


class DocumentTable:
    """The statements of one document's table in one build."""

    def __init__(
        self,
        document: Document[Any],
        table: str,
        parts: str,
        columns: list[tuple[str, str]],
        part: Part = WHOLE,
    ) -> None:
        self.document = document
        self.part = part
        self.name = table
        self.parts = parts
        self.columns = columns
        self._columns = [name for name, _ in columns]
        remembered = Remembered[document.parts]  # type: ignore[name-defined]
        self._decoder = msgspec.msgpack.Decoder(remembered)
        identity = (document.key, *document.identity)
        kinds = dict(columns)
        returning = "" if document.tags is None else _returning(document)
        changes = ", ".join(
            f"{c} = excluded.{c}"
            for c in self._columns
            if c not in identity and not document.is_told_once
        )
        self._load = f"SELECT key, remembered FROM {parts} WHERE key = ANY ($1::uuid[])"
        remember = (
            f"INSERT INTO {parts} (key, remembered) SELECT * FROM unnest($1::uuid[], $2::bytea[]) "
            "ON CONFLICT (key) DO UPDATE SET remembered = excluded.remembered"
        )

        def show(first: int) -> str:
            arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(columns, first))
            return (
                f"INSERT INTO {table} AS t ({', '.join(self._columns)}) "
                f"SELECT * FROM unnest({arrays}) "
                f"ON CONFLICT ({', '.join(identity)}) {_replacing(changes)}"
                f"{returning}"
            )

        self._show = show(1)
        # One statement is half the work of two.
        self._remember_and_show = f"WITH remembering AS ({remember}) {show(3)}"
        tagged_by = ", ".join(document.tagged_by) or document.key
        self._tagged = f"SELECT {tagged_by} FROM {table} WHERE {document.key} = $1"
        kept = ", ".join(f"${n}::{kinds[name]}[]" for n, name in enumerate(identity, 2))
        same = " AND ".join(f"k.{name} = t.{name}" for name in identity)
        self._identity = identity
        self._clear = f"DELETE FROM {table} t WHERE {document.key} = ANY ($1::uuid[]){returning}"
        self._forget = f"DELETE FROM {parts} WHERE key = ANY ($1::uuid[])"
        self._hide = (
            f"DELETE FROM {table} t WHERE {document.key} = ANY ($1::uuid[]) AND NOT EXISTS ("
            f"SELECT FROM unnest({kept}) AS k ({', '.join(identity)}) WHERE {same})"
            f"{returning}"
        )

    def touched_by(self, told: Iterable[Told]) -> dict[UUID, list[Told]]:
        """The facts by the document that they change, as far as it is of this part."""
        touched: dict[UUID, list[Told]] = {}
        for event, fact in told:
            if type(event) in self.document.on:
                key = getattr(event, self.document.key)
                if self.part.keeps(key):
                    touched.setdefault(key, []).append((event, fact))
        return touched

    async def write(self, connection: asyncpg.Connection, told: Iterable[Told]) -> set[str]:
        """Fold the facts into their documents and write what came of it.

        Returns:
            The tags of the rows that are others now, or gone, or new.
        """
        touched = self.touched_by(told)
        if not touched:
            return set()
        if self.document.is_told_once:
            return await self._record(connection, touched)
        held = {
            row["key"]: self._decoder.decode(row["remembered"])
            for row in await connection.fetch(self._load, list(touched))
        }
        for key, changes in touched.items():
            for event, fact in changes:
                held[key] = fold(self.document, held.get(key), event, fact)
        return await self._write_back(connection, held)

    async def restore(
        self,
        connection: asyncpg.Connection,
        keys: Collection[UUID],
        held: dict[UUID, Remembered[Any]],
    ) -> set[str]:
        """Have exactly these documents be what is held of them, whatever the tables say now.

        Returns:
            The tags of all their rows, those that are gone too.
        """
        gone = await connection.fetch(self._clear, list(keys))
        if not self.document.is_told_once:
            await connection.execute(self._forget, list(keys))
            return self._tags(gone, []) | await self._write_back(connection, held)
        rows = [row for key in held for row in self.document.rows(key, held[key].parts)]
        shown = await connection.fetch(self._show, *_columns_of(rows, self._columns))
        return self._tags(gone, []) | self._tags(shown, rows)

    async def tags_of(self, connection: asyncpg.Connection, key: UUID) -> set[str]:
        """The tags of a document's rows as they are; none where it has none, or nobody keeps it."""
        if self.document.tags is None:
            return set()
        rows = await connection.fetch(self._tagged, key)
        return {tag for row in rows for tag in self.document.tags(key, dict(row))}

    async def _record(
        self, connection: asyncpg.Connection, touched: dict[UUID, list[Told]]
    ) -> set[str]:
        """Write what each document's first fact says; rows that are there already stay."""
        rows = [
            row
            for key, changes in touched.items()
            for row in self.document.rows(key, fold(self.document, None, *changes[0]).parts)
        ]
        changed = await connection.fetch(self._show, *_columns_of(rows, self._columns))
        return self._tags(changed, rows)

    async def _write_back(
        self, connection: asyncpg.Connection, held: dict[UUID, Remembered[Any]]
    ) -> set[str]:
        encoded = [msgspec.msgpack.encode(remembered) for remembered in held.values()]
        shown = [row for key in held for row in self.document.rows(key, held[key].parts)]
        # A document that is one row leaves none behind while that row is shown.
        changed: list[asyncpg.Record] = []
        if self.document.identity or len(shown) < len(held):
            kept = _columns_of(shown, self._identity)
            changed += await connection.fetch(self._hide, list(held), *kept)
        columns = _columns_of(shown, self._columns)
        changed += await connection.fetch(self._remember_and_show, list(held), encoded, *columns)
        return self._tags(changed, shown)

    def _tags(self, changed: list[asyncpg.Record], shown: list[msgspec.Struct]) -> set[str]:
        """What a changed row was tagged with before, and all rows of its document are now.

        Its other rows too: which of them are seen may depend on it, as the offer of a vendor does
        on better ones.
        """
        if self.document.tags is None:
            return set()
        tags: set[str] = set()
        for row in changed:
            if row["was_there"]:
                tags.update(self.document.tags(row["key"], dict(row)))
        keys = {row["key"] for row in changed}
        for now in shown:
            key = getattr(now, self.document.key)
            if key in keys:
                columns = {name: getattr(now, name) for name in self.document.tagged_by}
                tags.update(self.document.tags(key, columns))
        return tags


def _replacing(changes: str) -> str:
    """What becomes of a row that is there; one that is nothing but its key stays."""
    if not changes:
        return "DO NOTHING"
    return f"DO UPDATE SET {changes} WHERE t.* IS DISTINCT FROM excluded.*"


def _returning(document: Document[Any]) -> str:
    """What a row was, for its tags; nothing, where it is new."""
    key = document.key
    before = ", ".join(f"old.{name}" for name in document.tagged_by)
    found = f"coalesce(old.{key}, new.{key}) AS key, old.{key} IS NOT NULL AS was_there"
    return f" RETURNING {found}{', ' if before else ''}{before}"


def _columns_of(rows: list[msgspec.Struct], names: Iterable[str]) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in names]


class BuildTables:
    """All tables of one build of a projection."""

    def __init__(
        self, projection: Projection, tables: list[DocumentTable], part: Part = WHOLE
    ) -> None:
        events = projection.events()
        self._decoders = {name: msgspec.json.Decoder(event) for name, event in events.items()}
        self._tables = tables
        self.part = part

    @property
    def documents(self) -> list[DocumentTable]:
        return self._tables

    @classmethod
    async def of(
        cls,
        connection: asyncpg.Connection,
        projection: Projection,
        build: int,
        part: Part = WHOLE,
    ) -> "BuildTables":
        tables = []
        for document in projection.documents:
            table = table_name(projection, document.table, build)
            parts = parts_name(projection, document.table, build)
            columns = [(r["attname"], r["type"]) for r in await connection.fetch(COLUMNS, table)]
            tables.append(DocumentTable(document, table, parts, columns, part))
        return cls(projection, tables, part)

    def told(self, fact: Fact) -> Told:
        """The fact with what it says."""
        return self._decoders[fact.type].decode(fact.payload), fact

    async def write(self, connection: asyncpg.Connection, facts: list[Fact]) -> set[str]:
        """Fold a batch of facts, in their order, into the tables; the tags of what changed."""
        told = [self.told(fact) for fact in facts]
        changed: set[str] = set()
        for table in self._tables:
            changed |= await table.write(connection, told)
        if facts:
            await self.note(connection, changed, facts[-1].position)
        return changed

    async def note(
        self, connection: asyncpg.Connection, changed: Collection[str], position: int
    ) -> None:
        """Keep the tags of what changed, where somebody will ask for them."""
