"""The followers of everything that bootstrap lists, hosted by one process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
import structlog
from redis.asyncio import Redis

from plaza.bootstrap import CONSTRAINTS, PROCESSES, PROJECTIONS, SORTED_SETS
from plaza.outbox.channels import Channels
from plaza.outbox.eviction import is_evicting
from plaza.outbox.keyed_plans import KEYED_PLANS
from plaza.outbox.vanished_peers import NOTICING_PEERS
from plaza.outbox.window import LogWindow
from plaza.processes.process import Process, ProcessFollower
from plaza.processes.unhurried import Unhurried
from plaza.projecting.announcer import Copy
from plaza.projecting.attending import Attending
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.host import Host
from plaza.projecting.noted_changes import NotingTables
from plaza.projecting.posts import Duty, Following, Post, posts_now
from plaza.projecting.projection import Projection
from plaza.projecting.routing import reading
from plaza.projecting.sorting import Sorting
from plaza.projecting.steps import Shard
from plaza.projecting.unheard import Unheard
from plaza.reading.pools import open_public_pool
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens, open_command_runner, open_redis
from plaza.writing.runner import CommandRunner

SORTING_POOL_SIZE = 2
PROCESS_SCHEMA_VERSION = 1

PROJECTIONS_BY_NAME = {projection.name: projection for projection in PROJECTIONS}
PROCESSES_BY_NAME = {process.name: process for process in PROCESSES}
SCHEMA_VERSIONS = {
    **{projection.name: projection.schema_version for projection in PROJECTIONS},
    **dict.fromkeys(PROCESSES_BY_NAME, PROCESS_SCHEMA_VERSION),
}
FOLLOWS = " ".join(f"{name}.v{version}" for name, version in sorted(SCHEMA_VERSIONS.items()))
"""Processes of the same version follow the same, and share it."""

log = structlog.get_logger()


@asynccontextmanager
async def following(settings: Settings) -> AsyncIterator[Host]:
    """Sequence and follow, until left; then the batches in flight are finished."""
    tokens = await epoch_tokens(settings)
    redis = open_redis(settings, None)

    channels = Channels(tokens.epoch_id)
    await is_evicting(redis)
    host = Host(partial(connect, settings), redis, channels)
    async with (
        redis,
        open_command_runner(settings, CONSTRAINTS, "plaza processes") as runner,
        _sorting(settings, redis, channels) as copies,
    ):
        roster = _Roster(host, runner, settings, copies)
        running = asyncio.create_task(host.run(roster.posts, FOLLOWS))
        try:
            yield host
        finally:
            host.stop()
            await running


async def connect(settings: Settings) -> asyncpg.Connection:
    """A connection to sequence, to follow or to hold leases on."""
    return await asyncpg.connect(
        settings.database_url,
        server_settings={
            "role": "plaza_owner",
            "plaza.scope": "market",
            "application_name": "plaza projector",
            **KEYED_PLANS,
            **NOTICING_PEERS,
        },
    )


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


class _Roster:
    """What there is to follow just now, and who follows it."""

    def __init__(
        self, host: Host, runner: CommandRunner, settings: Settings, copies: dict[str, Copy]
    ) -> None:
        self._host = host
        self._runner = runner
        self._settings = settings
        self._copies = copies
        self._window = LogWindow(host.heard)
        self._kind = BuildTables if settings.cdn_tag_header == "off" else NotingTables
        self._missing: set[str] = set()

    async def posts(self, connection: asyncpg.Connection) -> dict[Post, Callable[[], Duty]]:
        """Every shard of the builds that are followed, and every process."""
        posts = await posts_now(connection, SCHEMA_VERSIONS)
        self._note_missing(posts)
        return {post: partial(self._duty, post) for post in posts}

    def _note_missing(self, posts: list[Post]) -> None:
        live = {post.shard.projection for post in posts if post.status == "live"}
        missing = SCHEMA_VERSIONS.keys() - live
        if missing - self._missing:
            log.warning("not_built", names=sorted(missing), advice="Run `plaza migrate`.")
        self._missing = missing

    def _duty(self, post: Post) -> Duty:
        process = PROCESSES_BY_NAME.get(post.shard.projection)
        if process is None:
            return self._projecting(PROJECTIONS_BY_NAME[post.shard.projection], post)
        return self._processing(process, post.shard)

    def _projecting(self, projection: Projection, post: Post) -> Duty:
        announcer = None
        if post.status == "live":
            copy = self._copies.get(projection.name)
            # Sorted sets have one writer, who knows what it has written.
            assert copy is None or post.shards == 1, projection.name
            announcer = self._host.announcer(post.watermark, copy)
        telling = announcer or Unheard()
        read = reading(self._window.read_stretch, projection, post.part)

        async def follow(connection: asyncpg.Connection) -> Following:
            self._window.forget()
            # Of what is ready copies are made before it is read.
            kind = NotingTables if post.status == "ready" else BuildTables
            kind = self._kind if post.status == "live" else kind
            tables = await kind.of(connection, projection, post.shard.build, post.part)
            follower = Follower(connection, projection, post.shard, tables, telling, read)
            return Attending(connection, follower, post.status)

        return Duty(follow, announcer)

    def _processing(self, process: Process, shard: Shard) -> Duty:
        # One that is off follows all the same: turned on, it begins with what happens then.
        is_on = process.setting is None or bool(getattr(self._settings, process.setting))
        read = self._window.read_stretch

        async def follow(connection: asyncpg.Connection) -> Following:
            self._window.forget()
            follower = ProcessFollower(
                connection, process, shard, self._runner, is_on=is_on, read=read
            )
            return Unhurried(follower, process.look_interval_s)

        return Duty(follow)
