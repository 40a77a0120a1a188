"""Whether the rows of a build are what the log says: compared as of the same position.

What cannot be said is left out: documents that are parked, those whose facts end in an error, and
those of a build of several shards that changed between where one shard is and where another is.
"""

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.batch import BuildTables, DocumentTable
from plaza.projecting.builds import source_of
from plaza.projecting.keyed import Keys
from plaza.projecting.parked import PARKED
from plaza.projecting.projection import Document, Projection, Remembered
from plaza.projecting.replaying import Replay

Place = tuple[str, UUID]
"""A document: its table and its key."""

Kind = Literal["missing", "surplus", "other", "remembered"]
"""Rows that are not there, that should not be there, that say something else; and rows that are
right by chance, of a document that remembers something else."""

# The last step of each shard, all of one moment.
COVERED = """
    SELECT min(last.upto) AS least, max(last.upto) AS most
    FROM projecting.build b CROSS JOIN LATERAL generate_series(0, b.shards - 1) AS shards (shard)
    CROSS JOIN LATERAL (SELECT s.upto FROM projecting.step s
        WHERE s.projection = b.projection AND s.build = b.build AND s.shard = shards.shard
        ORDER BY s.number DESC LIMIT 1) last
    WHERE b.projection = $1 AND b.build = $2
"""

# Where a fact names no document, its aggregate is parked in place of it: what waits behind that is
# known by what it names.
WAITING = """
    SELECT DISTINCT h.document, f.key FROM projecting.held_fact h
    JOIN outbox.position p ON p.position = h.position JOIN outbox.event e ON e.id = p.id
    JOIN unnest($3::text[], $4::text[]) AS d (document, field) ON d.document = h.document
    CROSS JOIN LATERAL (SELECT (e.payload ->> d.field)::uuid AS key
        WHERE e.payload ->> d.field ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$') f
    WHERE h.projection = $1 AND h.build = $2
"""


class Difference(msgspec.Struct, frozen=True):
    """A document whose rows are not what the log says."""

    document: str
    key: UUID
    kind: Kind

    @property
    def place(self) -> Place:
        return self.document, self.key


class Compared(msgspec.Struct, frozen=True):
    """What a comparison found.

    Attributes:
        upto: the position as of which it holds.
        documents: how many were compared.
        left: documents of which nothing can be said now, parked ones not counted, and why.
    """

    upto: int
    documents: int
    differences: list[Difference]
    left: dict[Place, str]


class Shown(msgspec.Struct):
    """What the tables of a build say of some documents, all of one moment."""

    least: int
    most: int
    parked: set[Place]
    rows: dict[Place, list[str]]
    """As text, byte for byte."""
    remembered: dict[Place, bytes] | None
    """None where the build was not filled from the log: then it may remember less."""


async def compare(
    connection: asyncpg.Connection, projection: Projection, build: int, keys: Keys
) -> Compared:
    """Compare documents with what the log says; followers go on meanwhile.

    Raises:
        LogIncomplete: the log does not begin at its start any more.
    """
    tables = (await BuildTables.of(connection, projection, build)).documents
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        shown = await _shown(connection, projection, build, tables, keys)
    replay = Replay(projection, keys)
    await replay.go_to(connection, shown.most)
    expected = await _expected(connection, tables, replay)
    left = unsettled(replay, shown.least)
    places = ({*expected, *shown.rows} | {*(shown.remembered or ())}) - {*left} - shown.parked
    documents = {document.table: document for document in projection.documents}
    differences = [
        Difference(document=place[0], key=place[1], kind=kind)
        for place in sorted(places, key=str)
        if (kind := _kind(documents[place[0]], place, shown, replay, expected.get(place, [])))
    ]
    return Compared(shown.most, len(places), differences, left)


def unsettled(replay: Replay, least: int) -> dict[Place, str]:
    """The documents of which nothing can be said, while not all shards have passed their facts."""
    between = {place for place, position in replay.last.items() if position > least}
    return dict.fromkeys(between, "changing") | replay.failed


async def parked_of(
    connection: asyncpg.Connection, projection: Projection, build: int
) -> set[Place]:
    """The documents that are parked, and those of which a fact waits behind an aggregate."""
    rows = await connection.fetch(PARKED, projection.name, build)
    if rows:
        fields = {document.table: document.key for document in projection.documents}
        place = (projection.name, build, list(fields), list(fields.values()))
        rows += await connection.fetch(WAITING, *place)
    return {(row["document"], row["key"]) for row in rows}


async def _shown(
    connection: asyncpg.Connection,
    projection: Projection,
    build: int,
    tables: list[DocumentTable],
    keys: Keys,
) -> Shown:
    covered = await connection.fetchrow(COVERED, projection.name, build)
    is_of_log = await source_of(connection, projection.name, build) == "log"
    assert covered is not None
    shown = Shown(
        least=covered["least"],
        most=covered["most"],
        parked=await parked_of(connection, projection, build),
        rows={},
        remembered={} if is_of_log else None,
    )
    for table in tables:
        await _add_shown(connection, table, keys, shown)
    return shown


async def _add_shown(
    connection: asyncpg.Connection, table: DocumentTable, keys: Keys, shown: Shown
) -> None:
    document, parameters = table.document, keys.parameters()
    rows = await connection.fetch(
        f"SELECT {document.key} AS key, t::text AS row FROM {table.name} t "
        f"WHERE {keys.column_clause(document.key, 1)}",
        *parameters,
    )
    shown.rows.update(_by_place(document.table, rows))
    if document.is_told_once or shown.remembered is None:
        return
    parts = await connection.fetch(
        f"SELECT key, remembered FROM {table.parts} WHERE {keys.column_clause('key', 1)}",
        *parameters,
    )
    shown.remembered.update({(document.table, row["key"]): row["remembered"] for row in parts})


async def _expected(
    connection: asyncpg.Connection, tables: list[DocumentTable], replay: Replay
) -> dict[Place, list[str]]:
    """The rows that the log says, as the database writes them."""
    expected: dict[Place, list[str]] = {}
    told = replay.rows()
    for table in tables:
        document, names = table.document, [name for name, _ in table.columns]
        rows = [row for of_key in told[document.table].values() for row in of_key]
        arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(table.columns, 1))
        texts = await connection.fetch(
            f"SELECT {document.key} AS key, t::text AS row "
            f"FROM unnest({arrays}) AS t ({', '.join(names)})",
            *([getattr(row, name) for row in rows] for name in names),
        )
        expected.update(_by_place(document.table, texts))
        # Such as show nothing are known all the same.
        for key in told[document.table]:
            expected.setdefault((document.table, key), [])
    return expected


def _by_place(table: str, rows: Iterable[asyncpg.Record]) -> dict[Place, list[str]]:
    by_place: dict[Place, list[str]] = {}
    for row in rows:
        by_place.setdefault((table, row["key"]), []).append(row["row"])
    return by_place


def _kind(
    document: Document[Any], place: Place, shown: Shown, replay: Replay, expected: list[str]
) -> Kind | None:
    """What is wrong with a document, if anything is."""
    rows = shown.rows.get(place, [])
    if sorted(rows) != sorted(expected):
        if len(rows) == len(expected):
            return "other"
        return "missing" if len(rows) < len(expected) else "surplus"
    if shown.remembered is None or document.is_told_once:
        return None
    stored, held = shown.remembered.get(place), replay.held[place[0]].get(place[1])
    return None if _is_remembered(document, stored, held) else "remembered"


def _is_remembered(
    document: Document[Any], stored: bytes | None, held: Remembered[Any] | None
) -> bool:
    """Whether that is stored; sets and the like may be written in another order."""
    if stored is None or held is None:
        return stored is None and held is None
    if msgspec.msgpack.encode(held) == stored:
        return True
    kind = Remembered[document.parts]  # type: ignore[name-defined]
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(held), type=kind)
    try:
        return bool(msgspec.msgpack.decode(stored, type=kind) == again)
    except msgspec.DecodeError:
        return False
