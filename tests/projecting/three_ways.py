"""One log, three ways to the rows: fact by fact as it came, all of it anew, and from snapshots."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count

import asyncpg

from plaza.bootstrap import PROJECTIONS, SNAPSHOTS
from plaza.projecting.building import create_tables, drop_tables, shown_tables, table_name
from plaza.projecting.builds import live_build, take_first_steps
from plaza.projecting.catching_up import catch_up, uptos_of
from plaza.projecting.projection import Projection
from plaza.projecting.snapshots import build_from_snapshots
from read_models.replay import Shown

POLL_INTERVAL_S = 0.02
SCRATCH_BUILDS = count(1000)
"""Above all that projectors know of."""

END = "SELECT coalesce(max(position), 0) FROM outbox.position"
UNSEQUENCED = """
    SELECT EXISTS (SELECT FROM outbox.event e
        WHERE NOT EXISTS (SELECT FROM outbox.position p WHERE p.id = e.id))
"""
BEHIND = """
    SELECT EXISTS (SELECT FROM projecting.build b WHERE status = 'live' AND $1 > (
        SELECT max(upto) FROM projecting.step s WHERE s.projection = b.projection))
"""
ASKED_FOR = """
    SELECT EXISTS (SELECT FROM payments.operation
        WHERE status = 'requested' AND kind <> 'authorization')
"""
FORGET_STEPS = "DELETE FROM projecting.step WHERE projection = $1 AND build = $2"


async def at_rest(connection: asyncpg.Connection) -> int:
    """Wait until nothing is under way any more; the end of the log."""
    async with asyncio.timeout(20):
        while await _is_moving(connection):  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(POLL_INTERVAL_S)
    return int(await connection.fetchval(END))


async def _is_moving(connection: asyncpg.Connection) -> bool:
    """Whether something waits: for the provider, for a position, for a read model or a process."""
    if await connection.fetchval(ASKED_FOR) or await connection.fetchval(UNSEQUENCED):
        return True
    end = await connection.fetchval(END)
    return bool(await connection.fetchval(BEHIND, end))


async def incremental(connection: asyncpg.Connection, projection: Projection) -> Shown:
    """What the live build shows."""
    return await rows_of(connection, projection, await live_build(connection, projection))


async def from_the_log(connection: asyncpg.Connection, projection: Projection) -> Shown:
    """What a build shows that was filled with the whole log."""
    live = await live_build(connection, projection)
    async with a_scratch_build(connection, projection) as build:
        uptos = await uptos_of(connection, projection.name, live)
        await catch_up(connection, projection, build, uptos)
        return await rows_of(connection, projection, build)


async def from_snapshots(connection: asyncpg.Connection, projection: Projection) -> Shown:
    """What a build shows that was filled with the present state."""
    async with a_scratch_build(connection, projection) as build:
        await build_from_snapshots(connection, projection, build, SNAPSHOTS)
        return await rows_of(connection, projection, build)


@asynccontextmanager
async def a_scratch_build(
    connection: asyncpg.Connection, projection: Projection
) -> AsyncIterator[int]:
    """Empty tables of a build that nobody follows or reads."""
    build = next(SCRATCH_BUILDS)
    await create_tables(connection, projection, build)
    await take_first_steps(connection, projection, build)
    try:
        yield build
    finally:
        await drop_tables(connection, projection, build)
        await connection.execute(FORGET_STEPS, projection.name, build)


async def rows_of(connection: asyncpg.Connection, projection: Projection, build: int) -> Shown:
    """What a build shows, as text, byte for byte."""
    # A sum that has come down to nothing is left, and nobody is shown it.
    counted = {table_name(projection, table, build) for table in projection.derived}
    shown = {}
    for table in shown_tables(projection, build):
        something = "WHERE units <> 0" if table in counted else ""
        rows = await connection.fetch(
            f"SELECT t::text AS row FROM {table} t {something} ORDER BY 1"
        )
        name = table.removesuffix(f"_b{build}")
        shown[name] = [row["row"] for row in rows]
    return shown


@asynccontextmanager
async def begun_from_snapshots(connection: asyncpg.Connection) -> AsyncIterator[dict[str, int]]:
    """A build of every read model that shows what is there now, to be followed on."""
    async with AsyncExitStack() as leaving:
        builds = {}
        for projection in PROJECTIONS:
            build = await leaving.enter_async_context(a_scratch_build(connection, projection))
            await build_from_snapshots(connection, projection, build, SNAPSHOTS)
            builds[projection.name] = build
        yield builds


async def assert_all_told_alike(connection: asyncpg.Connection, begun: dict[str, int]) -> None:
    """Hold every read model against all ways to make it anew.

    Args:
        connection: sees all rows.
        begun: builds of before something was told, made from snapshots.
    """
    await at_rest(connection)
    for projection in PROJECTIONS:
        build = await live_build(connection, projection)
        live = await rows_of(connection, projection, build)
        uptos = await uptos_of(connection, projection.name, build)
        followed = begun[projection.name]
        await catch_up(connection, projection, followed, uptos)
        assert await from_the_log(connection, projection) == live, projection.name
        assert await from_snapshots(connection, projection) == live, projection.name
        assert await rows_of(connection, projection, followed) == live, projection.name
