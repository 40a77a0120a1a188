"""Which documents an audit looks at: some that the log names, and some that are shown."""

from collections.abc import Set as AbstractSet
from random import Random
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection

POSITIONS_A_KEY = 20
"""So many facts are looked at for each key wanted: most facts are of other read models."""
SMALL_TABLE_ROWS = 10_000

HEAD = "SELECT coalesce(max(position), 0) FROM outbox.position"

NAMED = """
    SELECT e.type, e.payload::text AS payload FROM outbox.event e
    WHERE e.type = ANY ($2) AND e.id = ANY (
        ARRAY(SELECT p.id FROM outbox.position p WHERE p.position = ANY ($1)))
"""

# Whole pages are taken, which is cheap however large the table is; a small one is taken whole.
SHOWN = """
    SELECT key FROM (SELECT DISTINCT {key} AS key FROM {table} TABLESAMPLE SYSTEM ($1)) AS seen
    ORDER BY random() LIMIT $2
"""
ROWS = "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = $1::text::regclass"


async def random_keys(
    connection: asyncpg.Connection, projection: Projection, build: int, count: int, chance: Random
) -> AbstractSet[UUID]:
    """About so many keys of each of its tables; documents that are missing there among them."""
    keys = await _named_keys(connection, projection, count, chance)
    for table in (await BuildTables.of(connection, projection, build)).documents:
        rows = await connection.fetchval(ROWS, table.name)
        percent = 100.0
        if rows > SMALL_TABLE_ROWS:
            percent *= count * POSITIONS_A_KEY / rows
        statement = SHOWN.format(key=table.document.key, table=table.name)
        shown = await connection.fetch(statement, min(percent, 100.0), count)
        keys.update(row["key"] for row in shown)
    return keys


async def _named_keys(
    connection: asyncpg.Connection, projection: Projection, count: int, chance: Random
) -> set[UUID]:
    """The keys of facts that are chosen at random."""
    head = await connection.fetchval(HEAD)
    positions = chance.sample(range(1, head + 1), min(head, count * POSITIONS_A_KEY))
    events = projection.events()
    named: set[UUID] = set()
    for row in await connection.fetch(NAMED, positions, list(events)):
        try:
            event = msgspec.json.decode(row["payload"], type=events[row["type"]])
        except msgspec.MsgspecError:
            # What it names is parked, and left out.
            continue
        named |= {
            getattr(event, document.key)
            for document in projection.documents
            if type(event) in document.on
        }
    return set(chance.sample(sorted(named), min(len(named), count)))
