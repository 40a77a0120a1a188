"""Fills the tables of a new build: from the log after the live build, or from the present state."""

from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import msgspec

from plaza.outbox.snapshot import Snapshot
from plaza.projecting.building import all_tables
from plaza.projecting.builds import is_built, live_build, make_first, source_of
from plaza.projecting.catching_up import catch_up, places_in, uptos_of
from plaza.projecting.projection import Projection
from plaza.projecting.snapshots import build_from_snapshots
from plaza.projecting.verifying import Comparison, LiveBuildStands, compare

NEAR_FACTS = 10_000
"""So near to the live build, the rest is done under one snapshot."""
INDEXING_MEMORY = "128MB"
NOTHING_TO_COMPARE = Comparison(0, 0, [])
"""Of the first build, which is read as soon as it is filled."""

INDEXES = "SELECT indexes FROM projecting.build WHERE projection = $1 AND build = $2"
INDEXED = "UPDATE projecting.build SET indexes = '{}' WHERE projection = $1 AND build = $2"
# What was found of it before holds on, where nothing new can be found.
READY_AS_BEFORE = """
    UPDATE projecting.build SET status = 'ready', since = clock_timestamp()
    WHERE projection = $1 AND build = $2 AND status = 'filling' AND verified_at IS NOT NULL
"""
READY = """
    UPDATE projecting.build
    SET status = 'ready', since = clock_timestamp(), verified_at = clock_timestamp(),
        differences = $3
    WHERE projection = $1 AND build = $2 AND status = 'filling'
"""

Progress = Callable[[int, int | None], None]
"""Told how far the new build has come, and how far the live one is; or of how many facts of the
present state it has been told, and then nobody knows of how many."""


async def fill_up(
    writes: asyncpg.Connection,
    reads: asyncpg.Connection,
    projection: Projection,
    build: int,
    progress: Progress,
    snapshots: Sequence[Snapshot],
) -> Comparison:
    """Fill a build that nobody else fills, compare it, and have it followed on.

    Args:
        writes: fills it.
        reads: reads ahead, and sees the live build as of one moment.
        projection: whose build it is, as the code has it now.
        build: that is filled.
        progress: told after each batch.
        snapshots: what tells the present state.

    Raises:
        LiveBuildStands: nobody follows for the live one.
    """
    # A step that is lost in a crash is lost with its rows: it is only done again.
    await writes.execute("SET synchronous_commit = off")
    if await source_of(writes, projection.name, build) == "snapshot":
        await build_from_snapshots(
            writes, projection, build, snapshots, lambda facts: progress(facts, None)
        )
        if not await is_built(writes, projection):
            await _make_indexes(writes, projection, build)
            await make_first(writes, projection, build)
            return NOTHING_TO_COMPARE
    await _fill(writes, reads, projection, build, progress)
    await _make_indexes(writes, projection, build)
    await _fill(writes, reads, projection, build, progress)
    try:
        found = await compare(reads, writes, projection, build)
    except LiveBuildStands:
        await writes.execute(READY_AS_BEFORE, projection.name, build)
        raise
    await _keep(writes, projection, build, found)
    return found


async def _fill(
    connection: asyncpg.Connection,
    ahead: asyncpg.Connection,
    projection: Projection,
    build: int,
    progress: Progress,
) -> None:
    """Go after the live build until it is near."""
    while True:
        live = await live_build(connection, projection)
        uptos = await uptos_of(connection, projection.name, live)
        filled = await uptos_of(connection, projection.name, build)
        goal = min(uptos.values())
        progress(min(filled.values()), goal)
        if goal - min(filled.values()) < NEAR_FACTS:
            return

        def reached(position: int, goal: int = goal) -> None:
            progress(position, goal)

        places = places_in(uptos, projection.shards)
        await catch_up(connection, projection, build, places, reached, ahead)


async def _make_indexes(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL maintenance_work_mem = '{INDEXING_MEMORY}'")
        for definition in await connection.fetchval(INDEXES, projection.name, build):
            await connection.execute(definition)
        await connection.execute(INDEXED, projection.name, build)
    await connection.execute(f"ANALYZE {', '.join(all_tables(projection, build))}")


async def _keep(
    connection: asyncpg.Connection, projection: Projection, build: int, found: Comparison
) -> None:
    """Write down what was found; from now on projectors follow the build."""
    told: Any = msgspec.json.encode(found).decode()
    await connection.execute("SET synchronous_commit = on")
    await connection.execute(READY, projection.name, build, told)
