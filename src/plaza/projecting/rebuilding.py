"""Builds a read model anew beside the one that is read, and checks the result.

What has been done stands in the database: whoever goes on after a kill begins where that ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import msgspec

from plaza.kernel.refusals import Conflict
from plaza.outbox.snapshot import Snapshot
from plaza.projecting.building import all_tables, create_tables, take_indexes_off
from plaza.projecting.builds import live_build, next_build, take_first_steps
from plaza.projecting.catching_up import catch_up, places_in, uptos_of
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import check_complete
from plaza.projecting.snapshots import Source, build_from_snapshots, check_told
from plaza.projecting.steps import Fenced, Shard, last_step, take_step
from plaza.projecting.verifying import Comparison, compare

NEAR_FACTS = 10_000
"""So near to the live build, the rest is done under one snapshot."""
INDEXING_MEMORY = "128MB"

ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('plaza/builds/' || $1, 0))"
FILLER = "SELECT pg_try_advisory_lock(hashtextextended('plaza/filler/' || $1, 0))"

UNDER_WAY = """
    SELECT build, status FROM projecting.build
    WHERE projection = $1 AND schema_version = $2 AND status IN ('filling', 'ready')
"""
ADD = """
    INSERT INTO projecting.build
        (projection, build, schema_version, status, switches, source, indexes)
    VALUES ($1, $2, $3, 'filling', $4, $5, $6)
"""
SOURCE = "SELECT source FROM projecting.build WHERE projection = $1 AND build = $2"
INDEXES = "SELECT indexes FROM projecting.build WHERE projection = $1 AND build = $2"
INDEXED = "UPDATE projecting.build SET indexes = '{}' WHERE projection = $1 AND build = $2"
REOPEN = """
    UPDATE projecting.build
    SET status = 'filling', switches = false, verified_at = NULL, differences = NULL,
        since = clock_timestamp()
    WHERE projection = $1 AND build = $2 AND status = 'ready' RETURNING build
"""
READY = """
    UPDATE projecting.build
    SET status = 'ready', since = clock_timestamp(), verified_at = clock_timestamp(),
        differences = $3
    WHERE projection = $1 AND build = $2 AND status = 'filling'
"""

Connect = Callable[[], Awaitable[asyncpg.Connection]]
Progress = Callable[[int, int | None], None]
"""Told how far the new build has come, and how far the live one is; or of how many facts of the
present state it has been told, and then nobody knows of how many."""


class RebuildUnderWay(Conflict):
    code = "rebuild_under_way"
    title = "There is another build already"


class FilledElsewhere(Conflict):
    code = "filled_elsewhere"
    title = "Another process works on it"


class NothingReady(Conflict):
    code = "nothing_ready"
    title = "There is no build to switch to"


async def begin_rebuild(
    connection: asyncpg.Connection,
    projection: Projection,
    *,
    switches: bool,
    source: Source = "log",
    snapshots: Sequence[Snapshot] = (),
) -> int:
    """Make the empty tables of a new build; whoever calls `fill` fills them.

    Args:
        connection: of the owner of the tables.
        projection: what to build anew.
        switches: whether it goes live by itself when it is the same as the live build.
        source: what it is filled from: the log, or the present state.
        snapshots: what tells the present state.

    Returns:
        The build.

    Raises:
        RebuildUnderWay: one is being filled, or waits to be switched to.
        LogIncomplete: the log does not begin at its start any more.
        NotInSnapshots: it shows what the present state does not tell.
    """
    if source == "log":
        await check_complete(connection)
    else:
        check_told(projection, snapshots)
    await live_build(connection, projection)
    async with connection.transaction():
        await connection.execute(ALONE, projection.name)
        await _check_none_is_under_way(connection, projection)
        build = await next_build(connection, projection)
        await create_tables(connection, projection, build)
        # Sorting once what is there costs a fraction of keeping it sorted all the while.
        indexes = await take_indexes_off(connection, all_tables(projection, build))
        place = (projection.name, build, projection.schema_version)
        await connection.execute(ADD, *place, switches, source, indexes)
        await take_first_steps(connection, projection, build)
    return build


async def fill(
    connect: Connect,
    projection: Projection,
    build: int,
    progress: Progress,
    snapshots: Sequence[Snapshot] = (),
) -> Comparison:
    """Fill a build up to where the live one is, compare the two, and have it followed on.

    Args:
        connect: opens connections of the owner of the tables.
        projection: whose build it is, as the code has it now.
        build: that `begin_rebuild` made, however far it is filled.
        progress: told after each batch.
        snapshots: what tells the present state, for a build that is filled from it.

    Raises:
        FilledElsewhere: somebody else is at it.
        BuildStopped: so many facts cannot be applied that it was given up.
    """
    async with AsyncExitStack() as leaving:
        reads, writes = await _opened(connect, leaving), await _opened(connect, leaving)
        if not await writes.fetchval(FILLER, projection.name):
            message = f"Build {build} of {projection.name} is filled by another process."
            raise FilledElsewhere(message)
        # A step that is lost in a crash is lost with its rows: it is only done again.
        await writes.execute("SET synchronous_commit = off")
        if await writes.fetchval(SOURCE, projection.name, build) == "snapshot":
            await build_from_snapshots(
                writes, projection, build, snapshots, lambda facts: progress(facts, None)
            )
        await _fill(writes, reads, projection, build, progress)
        await _make_indexes(writes, projection, build)
        await _fill(writes, reads, projection, build, progress)
        found = await compare(reads, writes, projection, build)
        await _keep(writes, projection, build, found)
    return found


async def verify(
    connect: Connect,
    projection: Projection,
    progress: Progress,
    snapshots: Sequence[Snapshot] = (),
) -> Comparison:
    """Compare the build that is ready with the live one once more.

    Raises:
        NothingReady: none is.
    """
    async with AsyncExitStack() as leaving:
        connection = await _opened(connect, leaving)
        build = await ready_build(connection, projection)
        # From here on nobody follows it but who fills it: whoever did is fenced.
        if await connection.fetchval(REOPEN, projection.name, build) is None:
            raise NothingReady(f"Build {build} of {projection.name} is not ready any more.")
        await fence(connection, projection, build)
    return await fill(connect, projection, build, progress, snapshots)


async def ready_build(connection: asyncpg.Connection, projection: Projection) -> int:
    """The build that waits to be switched to.

    Raises:
        NothingReady: there is none.
    """
    found = await connection.fetchrow(UNDER_WAY, projection.name, projection.schema_version)
    if found is None or found["status"] != "ready":
        what = "no build beside the live one" if found is None else "a build that is being filled"
        message = f"{projection.name} has {what}: run `plaza projections rebuild` to its end."
        raise NothingReady(message)
    return int(found["build"])


async def fence(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    """Take a step of each shard, so that whoever follows has to begin again."""
    for number in await uptos_of(connection, projection.name, build):
        shard = Shard(projection=projection.name, build=build, shard=number)
        is_taken = False
        while not is_taken:
            last = await last_step(connection, shard)
            try:
                await take_step(connection, shard, last, last.upto, 0)
                is_taken = True
            except Fenced:
                await asyncio.sleep(0)


async def _check_none_is_under_way(connection: asyncpg.Connection, projection: Projection) -> None:
    found = await connection.fetchrow(UNDER_WAY, projection.name, projection.schema_version)
    if found is None:
        return
    build, name = found["build"], projection.name
    state = "is being filled: wait until it is ready"
    if found["status"] == "ready":
        state = f"is ready: switch to it by `plaza projections switch {name}`"
    message = f"Build {build} of {name} {state}, or drop it by `plaza projections retire {name}`."
    raise RebuildUnderWay(message, build=build)


async def _opened(connect: Connect, leaving: AsyncExitStack) -> asyncpg.Connection:
    connection = await connect()
    leaving.push_async_callback(connection.close)
    return connection


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
