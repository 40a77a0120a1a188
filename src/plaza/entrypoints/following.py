"""The followers of everything that bootstrap lists, hosted by one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from plaza.bootstrap import CONSTRAINTS, PROCESSES, PROJECTIONS
from plaza.outbox.channels import Channels
from plaza.outbox.window import LogWindow
from plaza.processes.process import Process, ProcessFollower
from plaza.processes.unhurried import Unhurried
from plaza.projecting.batch import BuildTables
from plaza.projecting.builds import live_build
from plaza.projecting.follower import Follower
from plaza.projecting.host import Follow, Following, Host
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Shard
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens, open_command_runner, open_redis
from plaza.writing.runner import CommandRunner

PROCESS_BUILD = 1


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

    host, window = Host(connect, redis, Channels(tokens.epoch_id)), LogWindow()
    async with open_command_runner(settings, CONSTRAINTS, "plaza processes") as runner:
        followers = [_projecting(projection, host, window) for projection in PROJECTIONS]
        followers += [_processing(process, runner, settings, window) for process in PROCESSES]
        running = asyncio.create_task(host.run(followers))
        try:
            yield host
        finally:
            host.stop()
            await running
            await redis.aclose()


def _projecting(projection: Projection, host: Host, window: LogWindow) -> Follow:
    async def follow(connection: asyncpg.Connection) -> Following:
        build = await live_build(connection, projection)
        tables = await BuildTables.of(connection, projection, build)
        shard = Shard(projection=projection.name, build=build)
        return Follower(connection, projection, shard, tables, host.announce, window.read_stretch)

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
