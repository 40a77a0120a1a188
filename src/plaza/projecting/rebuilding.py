"""Builds a read model anew beside the one that is read, and checks the result.

What has been done stands in the database: whoever goes on after a kill begins where that ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

import asyncpg

from plaza.kernel.refusals import Conflict
from plaza.outbox.snapshot import Snapshot
from plaza.projecting.building import all_tables, create_tables, take_indexes_off
from plaza.projecting.builds import live_build, next_build, status_of, take_first_steps
from plaza.projecting.catching_up import uptos_of
from plaza.projecting.filling import Progress, fill_up
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import check_complete
from plaza.projecting.snapshots import Source, check_told
from plaza.projecting.steps import Fenced, Shard, last_step, take_step
from plaza.projecting.verifying import Comparison

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
REOPEN = """
    UPDATE projecting.build
    SET status = 'filling', switches = false, since = clock_timestamp()
    WHERE projection = $1 AND build = $2 AND status = 'ready' RETURNING build
"""

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class RebuildUnderWay(Conflict):
    code = "rebuild_under_way"
    title = "There is another build already"


class FilledElsewhere(Conflict):
    code = "filled_elsewhere"
    title = "Another process works on it"


class BuildDropped(Conflict):
    code = "build_dropped"
    title = "The build was dropped meanwhile"


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
        await live_build(connection, projection)
    else:
        # It may be the first one, of a release that came when the log was cut already.
        check_told(projection, snapshots)
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
        BuildDropped: it was retired meanwhile.
        LiveBuildStands: nobody follows for the live one.
    """
    async with AsyncExitStack() as leaving:
        reads, writes = await _opened(connect, leaving), await _opened(connect, leaving)
        if not await writes.fetchval(FILLER, projection.name):
            message = f"Build {build} of {projection.name} is filled by another process."
            raise FilledElsewhere(message)
        try:
            return await fill_up(writes, reads, projection, build, progress, snapshots)
        except Exception as error:
            if writes.is_closed() or await status_of(writes, projection.name, build) != "retired":
                raise
            message = f"Build {build} of {projection.name} was dropped while it was filled."
            raise BuildDropped(message) from error


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
