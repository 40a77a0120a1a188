"""Writing a batch of facts into a build's tables: load what is touched, fold, write back."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Self
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Event, Fact, said_by
from plaza.projecting.building import parts_name, table_name
from plaza.projecting.projection import Document, Projection, Remembered, Tags, fold
from plaza.projecting.routing import WHOLE, Part
from plaza.projecting.table_statements import TableStatements

COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

Told = tuple[Event, Fact]
Row = Mapping[str, Any] | asyncpg.Record


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
        self.sql = TableStatements(document, table, parts, columns)
        remembered = Remembered[document.parts]  # type: ignore[name-defined]
        self._decoder = msgspec.msgpack.Decoder(remembered)
        self._tagged_by = (*document.tagged_by, *document.placed_by)
        self._show = self.sql.show(1)
        self._hide = self.sql.hide(1, 2)
        # One statement is half the work of two.
        self._remember_and_show = f"WITH remembering AS ({self.sql.remember(1)}) {self.sql.show(3)}"

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
            rows = self.recorded(touched)
            changed = await connection.fetch(self._show, *columns_of(rows, self.sql.columns))
            return self.tags(changed, rows)
        return await self._write_back(connection, await self.folded(connection, touched))

    async def folded(
        self, connection: asyncpg.Connection, touched: dict[UUID, list[Told]]
    ) -> dict[UUID, Remembered[Any]]:
        """The documents as the facts leave them."""
        held = {
            row["key"]: self._decoder.decode(row["remembered"])
            for row in await connection.fetch(self.sql.load, list(touched))
        }
        for key, changes in touched.items():
            for event, fact in changes:
                held[key] = fold(self.document, held.get(key), event, fact)
        return held

    def recorded(self, touched: dict[UUID, list[Told]]) -> list[msgspec.Struct]:
        """The rows of documents that are told once, by their first fact."""
        return [
            row
            for key, changes in touched.items()
            for row in self.document.rows(key, fold(self.document, None, *changes[0]).parts)
        ]

    async def restore(
        self,
        connection: asyncpg.Connection,
        keys: Collection[UUID],
        held: dict[UUID, Remembered[Any]],
    ) -> set[str]:
        """Write documents anew as they are held, whatever the tables say now.

        Args:
            connection: in a transaction that has taken a step.
            keys: of the documents; those that are not held are deleted.
            held: the documents.

        Returns:
            The tags of all their rows, those that are gone too.
        """
        gone = await connection.fetch(self.sql.clear, list(keys))
        if not self.document.is_told_once:
            await connection.execute(self.sql.forget, list(keys))
            return self.tags(gone, []) | await self._write_back(connection, held)
        rows = self.rows_of(held)
        shown = await connection.fetch(self._show, *columns_of(rows, self.sql.columns))
        return self.tags(gone, []) | self.tags(shown, rows)

    async def tags_of(self, connection: asyncpg.Connection, key: UUID) -> set[str]:
        """The tags of a document's rows as they are; none where it has none, or nobody keeps it."""
        if self.document.tags is None:
            return set()
        rows = await connection.fetch(self.sql.tagged, key)
        return {tag for row in rows for tag in self.document.tags(key, dict(row))}

    async def _write_back(
        self, connection: asyncpg.Connection, held: dict[UUID, Remembered[Any]]
    ) -> set[str]:
        encoded, shown = encoded_of(held), self.rows_of(held)
        changed: list[asyncpg.Record] = []
        if self.may_hide(held, shown):
            kept = columns_of(shown, self.sql.identity)
            changed += await connection.fetch(self._hide, list(held), *kept)
        columns = columns_of(shown, self.sql.columns)
        changed += await connection.fetch(self._remember_and_show, list(held), encoded, *columns)
        return self.tags(changed, shown)

    def rows_of(self, held: dict[UUID, Remembered[Any]]) -> list[msgspec.Struct]:
        """The rows that show documents."""
        return [row for key in held for row in self.document.rows(key, held[key].parts)]

    def may_hide(self, held: Collection[UUID], shown: Collection[msgspec.Struct]) -> bool:
        """Whether rows may be left over; a document of one row leaves none while it is shown."""
        return bool(self.document.identity) or len(shown) < len(held)

    def tags(self, changed: Iterable[Row], shown: list[msgspec.Struct]) -> set[str]:
        """The tags of changed rows as they were, and of all rows of their documents as they are.

        All rows, since which of them readers see may depend on the changed one: another vendor's
        offer is shown while no better one is.
        """
        if self.document.tags is None:
            return set()
        rows = [dict(row) for row in changed]
        before = [row for row in rows if row["was_there"]]
        keys = {row["key"] for row in rows}
        tags = self._tags_by(self.document.tags, keys, before, shown)
        if self.document.place_tags is not None:
            moved = self._moved(rows, shown)
            tags |= self._tags_by(self.document.place_tags, moved, before, shown)
        return tags

    def _tags_by(
        self,
        tags: Tags,
        keys: set[UUID],
        before: Iterable[Mapping[str, Any]],
        shown: Iterable[msgspec.Struct],
    ) -> set[str]:
        """The tags of some documents' rows, as they were and as they are."""
        found = {tag for row in before if row["key"] in keys for tag in tags(row["key"], row)}
        for now in shown:
            key = getattr(now, self.document.key)
            if key in keys:
                found.update(tags(key, {name: getattr(now, name) for name in self._tagged_by}))
        return found

    def _moved(
        self, changed: Iterable[Mapping[str, Any]], shown: Iterable[msgspec.Struct]
    ) -> set[UUID]:
        """The documents with a row that has come, gone, or has another place."""
        identity, placed_by = self.document.identity, self.document.placed_by
        places = {
            tuple(getattr(now, name) for name in self.sql.identity): [
                getattr(now, name) for name in placed_by
            ]
            for now in shown
        }
        return {
            row["key"]
            for row in changed
            if not row["was_there"]
            or places.get((row["key"], *(row[name] for name in identity)))
            != [row[name] for name in placed_by]
        }


def encoded_of(held: Mapping[UUID, Remembered[Any]]) -> list[bytes]:
    """What is remembered of documents, as it is kept."""
    return [msgspec.msgpack.encode(remembered) for remembered in held.values()]


def columns_of(rows: list[msgspec.Struct], names: Iterable[str]) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in names]


class BuildTables:
    """All tables of one build of a projection.

    Attributes:
        is_noting: whether the tags of what changes are stored, in the same transaction.
        projection: the projection's name.
        documents: the table of each document.
        part: which of the documents are written.
    """

    is_noting = False

    def __init__(
        self, projection: Projection, documents: list[DocumentTable], part: Part = WHOLE
    ) -> None:
        self._events = projection.events()
        self.projection = projection.name
        self.documents = documents
        self.part = part

    @classmethod
    async def of(
        cls,
        connection: asyncpg.Connection,
        projection: Projection,
        build: int,
        part: Part = WHOLE,
    ) -> Self:
        """The tables of a build, with the columns that they have in the database."""
        tables = []
        for document in projection.documents:
            table = table_name(projection, document.table, build)
            parts = parts_name(projection, document.table, build)
            columns = [(r["attname"], r["type"]) for r in await connection.fetch(COLUMNS, table)]
            tables.append(DocumentTable(document, table, parts, columns, part))
        return cls(projection, tables, part)

    def told(self, fact: Fact) -> Told:
        """The fact with what it says."""
        return said_by(fact, self._events[fact.type]), fact

    async def write(self, connection: asyncpg.Connection, facts: list[Fact]) -> set[str]:
        """Fold a batch of facts, in their order, into the tables; the tags of what changed."""
        told = [self.told(fact) for fact in facts]
        changed: set[str] = set()
        for table in self.documents:
            changed |= await table.write(connection, told)
        if facts:
            await self.note(connection, changed, facts[-1].position)
        return changed

    async def note(
        self, connection: asyncpg.Connection, changed: Collection[str], position: int
    ) -> None:
        """Store the tags of what changed, if anybody asks for them; nobody asks this class."""
