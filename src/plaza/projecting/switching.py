"""Which build is read: switching to another, going back, and letting one go.

A switch is one transaction: it takes a step of both builds, so that nobody who follows one of them
can commit meanwhile or afterwards without looking again; brings the new one to where the old one
is; puts it behind the views and into the place of the live one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeVar

import asyncpg
from redis.asyncio import Redis

from plaza.kernel.refusals import Conflict
from plaza.outbox.channels import Channels, everything
from plaza.projecting.announcer import BEHIND
from plaza.projecting.building import drop_tables, show
from plaza.projecting.builds import live_build
from plaza.projecting.catching_up import catch_up, places_in, uptos_of
from plaza.projecting.projection import Projection
from plaza.projecting.rebuilding import NothingReady, ready_build
from plaza.projecting.steps import UNTOLD, Fenced, Shard, last_step, take_step
from plaza.projecting.touching import Touching

LOCK_TIMEOUT = "50ms"
"""Readers who come while the views are waited for wait behind: no longer than this."""
RETRY_DELAY_S = 0.05
TIMEOUT_S = 60.0

IN_THE_WAY = (Fenced, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

DIFFERENCES = """
    SELECT coalesce((differences ->> 'total')::bigint, 0) FROM projecting.build
    WHERE projection = $1 AND build = $2
"""
KEPT = """
    SELECT build FROM projecting.build
    WHERE projection = $1 AND schema_version = $2 AND status = 'kept'
    ORDER BY since DESC LIMIT 1
"""
BECOME = """
    UPDATE projecting.build SET status = $3, told = $3 <> 'live', since = clock_timestamp()
    WHERE projection = $1 AND build = $2
"""
# Behind all that CDNs may have asked for until now: they let go of it with the next fact.
CHANGED = """
    INSERT INTO projecting.changed (projection, position, tags) VALUES ($1, $2 + 1, $3)
    ON CONFLICT (projection, position) DO UPDATE SET tags = projecting.changed.tags || excluded.tags
"""
BESIDE = """
    SELECT build FROM projecting.build
    WHERE projection = $1 AND schema_version = $2 AND status IN ('filling', 'ready', 'kept')
        AND ($3::int IS NULL OR build = $3) ORDER BY build
"""
HELD_STATUSES = """
    SELECT build, status FROM projecting.build WHERE projection = $1 AND build = ANY ($2)
    ORDER BY build FOR UPDATE
"""
FORGET = [
    f"DELETE FROM projecting.{table} WHERE projection = $1 AND build = $2"
    for table in ("step", "seen_fact", "parked", "stopped")
]
"""What is stored of a build beside its tables, and goes with them."""
NOTED = """
    SELECT DISTINCT unnest(tags) AS tag FROM projecting.changed
    WHERE projection = $1 AND position > $2
"""
# As of where they were switched to, unless that was long ago.
UNTOLD_BUILDS = """
    SELECT b.projection, b.build, coalesce(
        max(s.upto) FILTER (WHERE s.copied = $1), max(s.upto)) AS upto
    FROM projecting.build b JOIN projecting.step s USING (projection, build)
    WHERE NOT b.told AND b.status = 'live' GROUP BY b.projection, b.build
"""
TOLD = "UPDATE projecting.build SET told = true WHERE projection = $1 AND build = $2"

T = TypeVar("T")


class DiffersFromLive(Conflict):
    code = "differs_from_live"
    title = "The build shows something else than the live one"


class NothingKept(Conflict):
    code = "nothing_kept"
    title = "There is no build to go back to"


class BuildsMoved(Conflict):
    code = "builds_moved"
    title = "Somebody else has switched"


class InTheWay(Conflict):
    code = "in_the_way"
    title = "Somebody reads it for too long"


class Switched(NamedTuple):
    """What came of a switch.

    Attributes:
        upto: the position as of which the build is read.
        changed: tags of what changed in it behind the position that was asked for.
    """

    build: int
    upto: int
    changed: frozenset[str]


async def switch(
    connection: asyncpg.Connection,
    projection: Projection,
    *,
    accept_differences: bool = False,
    since: int | None = None,
) -> Switched:
    """Let readers see the build that is ready; the one that was live is kept and followed.

    Args:
        connection: of the owner of the tables.
        projection: whose builds they are.
        accept_differences: whether it may show something else than the live one: a projection that
            was put right does.
        since: position of the new build behind which what changed is wanted.

    Raises:
        NothingReady: there is none to switch to.
        DiffersFromLive: it was found to differ when it was verified.
    """
    build = await ready_build(connection, projection)
    differing = await connection.fetchval(DIFFERENCES, projection.name, build)
    if differing and not accept_differences:
        message = (
            f"{differing:,} documents of build {build} differ from the live build of "
            f"{projection.name}. See which by `plaza projections verify {projection.name}`; accept "
            "the differences where they are meant to be, or retire the build."
        )
        raise DiffersFromLive(message, build=build, differences=differing)
    return await _go_live(connection, projection, build, since)


async def rollback(connection: asyncpg.Connection, projection: Projection) -> int:
    """Let readers see again the build that was live before.

    The one that is live now is ready to be switched to once more.

    Raises:
        NothingKept: there is none.
    """
    build = await connection.fetchval(KEPT, projection.name, projection.schema_version)
    if build is None:
        raise NothingKept(f"No earlier build of {projection.name} is kept.")
    await _go_live(connection, projection, build, None)
    return int(build)


async def retire(
    connection: asyncpg.Connection, projection: Projection, build: int | None = None
) -> list[int]:
    """Drop the tables of builds that are not read.

    Args:
        connection: of the owner of the tables.
        projection: whose builds they are.
        build: which one; all of them where it is None.

    Returns:
        The builds that are gone.

    Raises:
        NothingReady: there is no such build beside the live one.
    """
    found = await connection.fetch(BESIDE, projection.name, projection.schema_version, build)
    if not found:
        raise NothingReady(f"{projection.name} has no such build beside the live one.")
    builds = [row["build"] for row in found]
    for number in builds:
        await _until_nobody_is_in_the_way(partial(_drop, connection, projection, number))
    return builds


async def tell_switches(connection: asyncpg.Connection, redis: Redis, channels: Channels) -> None:
    """Touch everything that was made of the build before, unless that was done.

    A build that was switched to is at the position of the other one, so that the touch is behind
    it: copies that were made of the new build say that they are as of there, and stay.

    Raises:
        RedisError: Redis is away; tell it again.
    """
    for name, build, upto in await connection.fetch(UNTOLD_BUILDS, UNTOLD):
        await Touching(redis, channels).touch([everything(name)], upto + BEHIND)
        await connection.execute(TOLD, name, build)
        await redis.publish(channels.builds, b"")


async def _go_live(
    connection: asyncpg.Connection, projection: Projection, build: int, since: int | None
) -> Switched:
    live = await live_build(connection, projection)
    # All that is behind but a batch or two, before anybody waits for it.
    uptos = await uptos_of(connection, projection.name, live)
    shards = len(await uptos_of(connection, projection.name, build))
    await catch_up(connection, projection, build, places_in(uptos, shards), notes=True)
    return await _until_nobody_is_in_the_way(
        partial(_replace, connection, projection, live, build, since)
    )


async def _replace(
    connection: asyncpg.Connection,
    projection: Projection,
    live: int,
    build: int,
    since: int | None,
) -> Switched:
    name = projection.name
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        await _check_unmoved(connection, projection, {live: ("live",), build: ("ready", "kept")})
        await _take_steps(connection, projection, live, build)
        await show(connection, projection, build)
        await connection.execute(BECOME, name, live, "kept")
        await connection.execute(BECOME, name, build, "live")
        upto = min((await uptos_of(connection, name, build)).values())
        changed = await connection.fetch(NOTED, name, since)
        await connection.execute(CHANGED, name, upto, [everything(name)])
    return Switched(build, upto, frozenset(row["tag"] for row in changed))


async def _take_steps(
    connection: asyncpg.Connection, projection: Projection, live: int, build: int
) -> None:
    """Stop the live build where it is, and bring the other one there."""
    uptos = await uptos_of(connection, projection.name, live)
    for number in uptos:
        shard = Shard(projection=projection.name, build=live, shard=number)
        last = await last_step(connection, shard)
        await take_step(connection, shard, last, last.upto, 0, last.copied)
        uptos[number] = last.upto
    # One that is switched back to may be split as the projection was then.
    shards = len(await uptos_of(connection, projection.name, build))
    await catch_up(connection, projection, build, places_in(uptos, shards), notes=True)
    for number in await uptos_of(connection, projection.name, build):
        shard = Shard(projection=projection.name, build=build, shard=number)
        last = await last_step(connection, shard)
        # Who follows it from now on has everybody let go of all that was made of the old one.
        await take_step(connection, shard, last, last.upto, 0, UNTOLD)


async def _check_unmoved(
    connection: asyncpg.Connection, projection: Projection, expected: dict[int, tuple[str, ...]]
) -> None:
    """Hold builds as they are, unless somebody has switched since they were looked at."""
    rows = await connection.fetch(HELD_STATUSES, projection.name, list(expected))
    if any(row["status"] not in expected[row["build"]] for row in rows):
        message = (
            f"Somebody else has switched or retired builds of {projection.name} meanwhile. "
            "`plaza projections list` shows what is read."
        )
        raise BuildsMoved(message)


async def _drop(connection: asyncpg.Connection, projection: Projection, build: int) -> None:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        await _check_unmoved(connection, projection, {build: ("filling", "ready", "kept")})
        await connection.execute(BECOME, projection.name, build, "retired")
        await drop_tables(connection, projection, build)
        for forget in FORGET:
            await connection.execute(forget, projection.name, build)


async def _until_nobody_is_in_the_way(attempt: Callable[[], Awaitable[T]]) -> T:
    """Try again and again; what is in the way is a batch or a question, and soon over."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                try:
                    return await attempt()
                except IN_THE_WAY:
                    await asyncio.sleep(RETRY_DELAY_S)
    except TimeoutError as error:
        message = (
            f"Somebody has read its tables for {TIMEOUT_S:.0f} s without a pause, as a backup "
            "does. Nothing was changed: try again when that is over."
        )
        raise InTheWay(message) from error
