"""What is shown, and what would be shown had everything been told again from the start."""

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.read import read_stretch
from plaza.projecting.batch import BuildTables
from plaza.projecting.building import parts_name, table_name
from plaza.projecting.projection import Projection

BUILD = 1
STRETCH = 100_000

LAST_STEP = """
    SELECT upto FROM projecting.step
    WHERE projection = $1 AND build = $2 ORDER BY number DESC LIMIT 1
"""

Shown = dict[str, list[str]]


def remembering(projection: Projection, build: int = BUILD) -> list[str]:
    """The tables in which it remembers what its documents are made of."""
    documents = [document for document in projection.documents if not document.is_told_once]
    return [parts_name(projection, document.table, build) for document in documents]


async def rows_in(connection: asyncpg.Connection, projection: Projection) -> Shown:
    """What is shown, as text, byte for byte."""
    shown = {}
    for document in projection.documents:
        table = table_name(projection, document.table, BUILD)
        rows = await connection.fetch(f"SELECT t::text AS row FROM {table} t ORDER BY 1")
        shown[document.table] = [row["row"] for row in rows]
    return shown


async def is_told_of(connection: asyncpg.Connection, projection: Projection) -> bool:
    """Whether it remembers anything."""
    tables = remembering(projection)
    counts = [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables]
    return any(counts)


async def replayed(
    connection: asyncpg.Connection, projection: Projection, *batches: list[Fact]
) -> Shown:
    """The rows after these batches, begun with empty tables."""
    shown = [table_name(projection, document.table, BUILD) for document in projection.documents]
    for table in (*shown, *remembering(projection)):
        await connection.execute(f"DELETE FROM {table}")
    tables = await BuildTables.of(connection, projection, BUILD)
    for batch in batches:
        await tables.write(connection, batch)
    return await rows_in(connection, projection)


async def replayed_log(connection: asyncpg.Connection, projection: Projection) -> Shown:
    """The rows of a single-threaded replay of as much of the log as the live build covers.

    It replays in the build's own tables, in a transaction that it rolls back.
    """
    upto = await connection.fetchval(LAST_STEP, projection.name, BUILD)
    stretch = await read_stretch(connection, 0, STRETCH, list(projection.events()))
    facts = [fact for fact in stretch.facts if fact.position <= upto]
    transaction = connection.transaction()
    await transaction.start()
    try:
        return await replayed(connection, projection, facts)
    finally:
        await transaction.rollback()
