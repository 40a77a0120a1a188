"""The builds of a read model: which one is read, which ones are followed."""

import asyncpg

from plaza.projecting.building import create_tables, show
from plaza.projecting.projection import Projection

LIVE = """
    SELECT build FROM projecting.build
    WHERE projection = $1 AND schema_version = $2 AND status = 'live'
"""

STATUS = "SELECT status FROM projecting.build WHERE projection = $1 AND build = $2"

SOURCE = "SELECT source FROM projecting.build WHERE projection = $1 AND build = $2"

IS_CUT = "SELECT EXISTS (SELECT FROM outbox.dropped)"

LAST = "SELECT coalesce(max(build), 0) FROM projecting.build WHERE projection = $1"

RETIRE = """
    UPDATE projecting.build SET status = 'retired', since = clock_timestamp()
    WHERE projection = $1 AND status <> 'retired'
"""

RETIRE_OTHERS = f"{RETIRE} AND build <> $2"
GO_LIVE = """
    UPDATE projecting.build SET status = 'live', since = clock_timestamp()
    WHERE projection = $1 AND build = $2
"""

ADD = """
    INSERT INTO projecting.build (projection, build, schema_version, status)
    VALUES ($1, $2, $3, 'live')
"""

# A process has no tables; its one build only carries its steps.
ADD_PROCESS = """
    INSERT INTO projecting.build (projection, build, schema_version, status)
    VALUES ($1, 1, 1, 'live') ON CONFLICT DO NOTHING RETURNING build
"""

FIRST_STEP_NOW = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    SELECT $1, 1, 0, 0, coalesce(max(position), 0), 0 FROM outbox.position
"""

FIRST_STEPS = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    SELECT $1, $2, shard, 0, 0, 0 FROM generate_series(0, $3 - 1) AS shard
"""

SHARDED = "UPDATE projecting.build SET shards = $3 WHERE projection = $1 AND build = $2"


class NotBuilt(Exception):  # noqa: N818  it waits for `plaza migrate`
    """This version's tables of a read model are not there: `plaza migrate` makes them."""


async def live_build(connection: asyncpg.Connection, projection: Projection) -> int:
    """The live build of a projection's schema.

    Raises:
        NotBuilt: there is none; a follower never makes one, since it may be of an older version.
    """
    live = await connection.fetchval(LIVE, projection.name, projection.schema_version)
    if live is None:
        message = f"{projection.name} has no live build: run `plaza migrate`."
        raise NotBuilt(message)
    return int(live)


async def status_of(connection: asyncpg.Connection, projection: str, build: int) -> str | None:
    """The status of a build; None where there is no such build."""
    status: str | None = await connection.fetchval(STATUS, projection, build)
    return status


async def source_of(connection: asyncpg.Connection, projection: str, build: int) -> str:
    """What a build is filled from: `log` or `snapshot`."""
    return str(await connection.fetchval(SOURCE, projection, build))


async def ensure_build(connection: asyncpg.Connection, projection: Projection) -> int:
    """The live build of a projection's schema; made where there is none yet.

    Raises:
        NotBuilt: it would begin with a log whose beginning is gone, and show what is left of it.
    """
    live = await connection.fetchval(LIVE, projection.name, projection.schema_version)
    if live is not None:
        return int(live)
    if await connection.fetchval(IS_CUT):
        message = (
            f"{projection.name} has no tables of this version, and they cannot be filled from the "
            "log: its beginning is dropped (PLAZA_LOG_KEPT_DAYS). Start the projector, then run "
            f"`plaza projections rebuild {projection.name} --from snapshots`."
        )
        raise NotBuilt(message)
    build = await next_build(connection, projection)
    async with connection.transaction():
        await create_tables(connection, projection, build)
        await show(connection, projection, build)
        await connection.execute(RETIRE, projection.name)
        await connection.execute(ADD, projection.name, build, projection.schema_version)
        await take_first_steps(connection, projection, build)
    return build


async def is_built(connection: asyncpg.Connection, projection: Projection) -> bool:
    """Whether a projection's schema has a live build."""
    live = await connection.fetchval(LIVE, projection.name, projection.schema_version)
    return live is not None


async def make_first(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    """Make a filled build the first live one of its schema; those of older schemas retire."""
    async with connection.transaction():
        await show(connection, projection, build)
        await connection.execute(RETIRE_OTHERS, projection.name, build)
        await connection.execute(GO_LIVE, projection.name, build)


async def next_build(connection: asyncpg.Connection, projection: Projection) -> int:
    """The number of a build that is not there yet."""
    return int(await connection.fetchval(LAST, projection.name)) + 1


async def take_first_steps(
    connection: asyncpg.Connection, projection: Projection, build: int
) -> None:
    """Let each shard of a build that was just added begin where the log begins."""
    place = (projection.name, build, projection.shards)
    await connection.execute(SHARDED, *place)
    await connection.execute(FIRST_STEPS, *place)


async def ensure_follow(connection: asyncpg.Connection, process: str) -> None:
    """The place of a process in the log; a new one begins with what happens from now on."""
    async with connection.transaction():
        if await connection.fetchval(ADD_PROCESS, process) is not None:
            await connection.execute(FIRST_STEP_NOW, process)
