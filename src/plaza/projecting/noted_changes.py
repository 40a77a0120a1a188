"""What changed, noted in the transaction that changed it, for caches that nobody here can reach."""

import asyncpg

from plaza.kernel.event import Fact
from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection

NOTE = "INSERT INTO projecting.changed (projection, position, tags) VALUES ($1, $2, $3)"


class NotingTables(BuildTables):
    """Tables that note the tags of what changed in them."""

    _projection: str

    @classmethod
    async def of(
        cls, connection: asyncpg.Connection, projection: Projection, build: int
    ) -> "NotingTables":
        tables = await super().of(connection, projection, build)
        assert isinstance(tables, NotingTables)
        tables._projection = projection.name  # noqa: SLF001  one of this class
        return tables

    async def write(self, connection: asyncpg.Connection, facts: list[Fact]) -> set[str]:
        changed = await super().write(connection, facts)
        if changed:
            place = (self._projection, facts[-1].position)
            await connection.execute(NOTE, *place, sorted(changed))
        return changed
