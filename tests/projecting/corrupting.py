"""Spoiling rows by hand, as no follower would."""

from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from plaza.projecting.auditing import Kind, Place
from plaza.projecting.batch import BuildTables, DocumentTable
from plaza.projecting.projection import Projection

SPOILT = {
    "boolean": "NOT {column}",
    "uuid": "gen_random_uuid()",
    "jsonb": """'{{"spoilt": true}}'""",
    "timestamp with time zone": "coalesce({column}, now()) + interval '1 s'",
    "text": "coalesce({column}, '') || ' spoilt'",
}
NUMBER = "coalesce({column}, 0) + 1"

Rows = dict[Place, list[tuple[str, str]]]
"""By document: the rows as text and the transaction that wrote each."""


class Corrupting:
    """Spoils documents of one build of a projection."""

    def __init__(self, connection: asyncpg.Connection, projection: Projection) -> None:
        self._connection = connection
        self._projection = projection

    async def rows(self) -> Rows:
        rows: Rows = {}
        for table in await self._tables():
            for key, row, xmin in await self._connection.fetch(
                f"SELECT {table.document.key}, t::text, t.xmin::text FROM {table.name} t ORDER BY 2"
            ):
                rows.setdefault((table.document.table, key), []).append((row, xmin))
        return rows

    async def spoil(self, share: float, chance: Random) -> dict[Place, Kind]:
        """Spoil so much of each table, in all ways; what became of which document."""
        spoilt: dict[Place, Kind] = {}
        for table in await self._tables():
            keys = [
                row["key"]
                for row in await self._connection.fetch(
                    f"SELECT DISTINCT {table.document.key} AS key FROM {table.name} ORDER BY 1"
                )
            ]
            count = max(1, round(len(keys) * share))
            for number, key in enumerate(chance.sample(keys, min(count, len(keys)))):
                place, kind = await self._spoil_one(table, key, number)
                spoilt[place] = kind
        return spoilt

    async def _spoil_one(self, table: DocumentTable, key: UUID, number: int) -> tuple[Place, Kind]:
        name = table.document.table
        match number % 3:
            case 0:
                return (name, key), await self.alter(table, key)
            case 1:
                await self.remove(table, key)
                return (name, key), "missing"
            case _:
                return (name, await self.double(table, key)), "surplus"

    async def alter(self, table: DocumentTable, key: UUID) -> Kind:
        """Have a row say something else; where it has nothing to say, have it be gone."""
        identity = {table.document.key, *table.document.identity}
        free = [(name, kind) for name, kind in table.columns if name not in identity]
        if not free:
            await self.remove(table, key)
            return "missing"
        column, kind = free[-1]
        value = SPOILT.get(kind, NUMBER).format(column=column)
        await self._connection.execute(
            f"UPDATE {table.name} SET {column} = {value} WHERE {table.document.key} = $1", key
        )
        return "other"

    async def remove(self, table: DocumentTable, key: UUID) -> None:
        await self._connection.execute(
            f"DELETE FROM {table.name} WHERE {table.document.key} = $1", key
        )

    async def double(self, table: DocumentTable, key: UUID) -> UUID:
        """Have rows of a document that nobody has told of."""
        new = uuid4()
        values = ", ".join(
            "$2" if name == table.document.key else self._other_text(name, kind)
            for name, kind in table.columns
        )
        await self._connection.execute(
            f"INSERT INTO {table.name} ({', '.join(name for name, _ in table.columns)}) "
            f"SELECT {values} FROM {table.name} WHERE {table.document.key} = $1 LIMIT 1",
            key,
            new,
        )
        return new

    async def table(self, name: str) -> DocumentTable:
        return next(t for t in await self._tables() if t.document.table == name)

    def _other_text(self, name: str, kind: str) -> str:
        return f"{name} || '-double'" if kind == "text" and name == "slug" else name

    async def _tables(self) -> list[DocumentTable]:
        return (await BuildTables.of(self._connection, self._projection, 1)).documents


def texts(rows: Rows) -> dict[Place, Any]:
    """What is shown, whoever wrote it."""
    return {place: [row for row, _ in of_place] for place, of_place in rows.items()}
