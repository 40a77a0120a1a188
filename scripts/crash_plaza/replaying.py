"""Read models as one reader makes them of the log alone, held against those that are there."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
from oversell_plaza.history import Violation

from plaza.bootstrap import PROJECTIONS
from plaza.outbox.read import read_stretch
from plaza.projecting.batch import BuildTables
from plaza.projecting.building import create_tables, table_name
from plaza.projecting.builds import live_build
from plaza.projecting.projection import Projection

SCRATCH_BUILD = 0
"""Real ones are counted from 1."""
BATCH_FACTS = 500
EVIDENCE_MAX = 3
EXACT = "read models equal a clean replay of the log"


async def of_read_models(database: asyncpg.Connection) -> list[Violation]:
    """Every row that is not what a replay makes; while nothing else writes."""
    found = []
    for projection in PROJECTIONS:
        transaction = database.transaction()
        await transaction.start()
        try:
            await _replay(database, projection)
            found += [difference async for difference in _differences(database, projection)]
        finally:
            await transaction.rollback()
    return found


async def _replay(database: asyncpg.Connection, projection: Projection) -> None:
    await create_tables(database, projection, SCRATCH_BUILD)
    tables = await BuildTables.of(database, projection, SCRATCH_BUILD)
    types, upto = list(projection.events()), 0
    while (stretch := await read_stretch(database, upto, BATCH_FACTS, types)).length:
        if stretch.facts:
            await tables.write(database, stretch.facts)
        upto = stretch.upto


async def _differences(
    database: asyncpg.Connection, projection: Projection
) -> AsyncIterator[Violation]:
    live = await live_build(database, projection)
    for table in _tables(projection):
        there, replayed = (table_name(projection, table, build) for build in (live, SCRATCH_BUILD))
        for told, one, other in (("is too much", there, replayed), ("is missing", replayed, there)):
            rows = await database.fetch(
                f"SELECT t::text AS row FROM {one} t EXCEPT ALL SELECT t::text FROM {other} t"
            )
            for row in rows[:EVIDENCE_MAX]:
                yield Violation(EXACT, f"{len(rows)} in {there}; {told}: {row['row']}")


def _tables(projection: Projection) -> Iterator[str]:
    for document in projection.documents:
        yield document.table
    yield from projection.derived
