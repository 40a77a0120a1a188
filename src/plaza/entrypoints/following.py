"""The followers of everything that bootstrap lists, hosted by one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from redis.asyncio import Redis

from plaza.bootstrap import CONSTRAINTS, PROCESSES, PROJECTIONS, SORTED_SETS
from plaza.outbox.channels import Channels
from plaza.outbox.window import LogWindow
from plaza.processes.process import Process, ProcessFollower
from plaza.processes.unhurried import Unhurried
from plaza.projecting.announcer import Copy
from plaza.projecting.batch import BuildTables
from plaza.projecting.builds import live_build
from plaza.projecting.follower import Follower
from plaza.projecting.host import Follow, Following, Host
from plaza.projecting.noted_changes import NotingTables
from plaza.projecting.projection import Projection
from plaza.projecting.sorting import Sorting
from plaza.projecting.steps import Shard
from plaza.reading.pools import open_public_pool
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens, open_command_runner, open_redis
from plaza.writing.runner import CommandRunner

PROCESS_BUILD = 1
SORTING_POOL_SIZE = 2


@asynccontextmanager
async def following(settings: Settings) -> AsyncIterator[Host]:
    """Sequence and follow, until left; then the batches in flight are finished."""
    tokens = await epoch_tokens(settings)
    redis = open_redis(settings, None)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            settings.database_url,
            server_settings={
                "role": "plaza_owner",
                "plaza.scope": "market",
                "application_name": "plaza projector",
                "jit": "off",
            },
        )

    channels = Channels(tokens.epoch_id)
    host, window = Host(connect, redis, channels), LogWindow()
    async with (
        redis,
        open_command_runner(settings, CONSTRAINTS, "plaza processes") as runner,
        _sorting(settings, redis, channels) as copies,
    ):
        followers = [
            _projecting(projection, host, window, copies.get(projection.name), settings)
            for projection in PROJECTIONS
        ]
        followers += [_processing(process, runner, settings, window) for process in PROCESSES]
        running = asyncio.create_task(host.run(followers))
        try:
            yield host
        finally:
            host.stop()
            await running


@asynccontextmanager
async def _sorting(
    settings: Settings, redis: Redis, channels: Channels
) -> AsyncIterator[dict[str, Copy]]:
    """Who keeps sorted sets in step, by projection."""
    assert settings.database_url is not None
    pool = await open_public_pool(settings.database_url, SORTING_POOL_SIZE)
    sortings = {shape.projection: Sorting(pool, redis, channels, shape) for shape in SORTED_SETS}
    try:
        yield {name: sorting.copy for name, sorting in sortings.items()}
    finally:
        for sorting in sortings.values():
            await sorting.stop()
        await pool.close()


def _projecting(
    projection: Projection, host: Host, window: LogWindow, copy: Copy | None, settings: Settings
) -> Follow:
    announcer = host.announcer(projection.name, copy)
    kind = BuildTables if settings.cdn_tag_header == "off" else NotingTables

    async def follow(connection: asyncpg.Connection) -> Following:
        build = await live_build(connection, projection)
        tables = await kind.of(connection, projection, build)
        shard = Shard(projection=projection.name, build=build)
        return Follower(connection, projection, shard, tables, announcer, window.read_stretch)

    return follow


def _processing(
    process: Process, runner: CommandRunner, settings: Settings, window: LogWindow
) -> Follow:
    # One that is off follows all the same: turned on, it begins with what happens then.
    is_on = process.setting is None or bool(getattr(settings, process.setting))

    async def follow(connection: asyncpg.Connection) -> Following:
        shard = Shard(projection=process.name, build=PROCESS_BUILD)
        follower = ProcessFollower(
            connection, process, shard, runner, is_on=is_on, read=window.read_stretch
        )
        return Unhurried(follower, process.look_interval_s)

    return follow
