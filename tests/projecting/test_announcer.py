"""What a follower has committed, told to Redis behind its back."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.outbox.channels import Channels, Pushed, everything
from plaza.projecting.announcer import TAGS_MAX, Announcer, Copy
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.pushing import Pushing
from plaza.projecting.steps import UNTOLD, Shard, last_step
from plaza.read_models.vendor_directory.projection import PROJECTION
from plaza.read_models.vendor_directory.tags import ANY, vendor_tag
from projecting.log import follow_to_the_end, sequence, tell
from read_models.catalogue import AVendor

TIMEOUT_S = 5.0
SHARD = Shard(projection=PROJECTION.name, build=1)


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with temporary_valkey() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def redis(server: ValkeyServer) -> AsyncIterator[Redis]:
    if not server.is_working():
        server.start()
    async with Redis.from_url(server.url, protocol=2) as client:
        yield client


@pytest.fixture
def channels() -> Channels:
    return Channels(uuid4())


def an_announcer(redis: Redis, channels: Channels, copy: Copy | None = None) -> Announcer:
    return Announcer(redis, channels, PROJECTION.name, Pushing(redis, channels), copy)


@asynccontextmanager
async def announcing(announcer: Announcer) -> AsyncIterator[Announcer]:
    running = asyncio.create_task(announcer.run())
    try:
        yield announcer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def a_follower(connection: asyncpg.Connection, announcer: Announcer) -> Follower:
    tables = await BuildTables.of(connection, PROJECTION, SHARD.build)
    return Follower(connection, PROJECTION, SHARD, tables, announcer)


@asynccontextmanager
async def pushes(redis: Redis, channels: Channels) -> AsyncIterator[AsyncIterator[int]]:
    """The positions that are pushed from now on."""
    async with redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(channels.watermark)

        async def positions() -> AsyncIterator[int]:
            async with asyncio.timeout(TIMEOUT_S):
                while True:
                    message = await pubsub.get_message(timeout=TIMEOUT_S)
                    if message is not None:
                        pushed = msgspec.json.decode(message["data"], type=Pushed)
                        yield pushed.positions[PROJECTION.name]

        yield positions()


async def standing(redis: Redis, channels: Channels, tag: str) -> int | None:
    value = await redis.get(channels.tag(tag))
    return None if value is None else int(value)


async def test_a_watermark_is_pushed_after_the_touches_that_it_covers(
    redis: Redis, channels: Channels
) -> None:
    announcer = an_announcer(redis, channels)
    async with pushes(redis, channels) as positions, announcing(announcer):
        announcer.committed({"a"}, 1)
        pushed = 0
        while pushed < 200:
            pushed = await anext(positions)
            assert (await standing(redis, channels, "a") or 0) >= pushed
            announcer.committed({"a"}, pushed + 1)


async def test_who_takes_over_tells_what_was_untold_before_how_far_it_has_come(
    redis: Redis, channels: Channels
) -> None:
    announcer = an_announcer(redis, channels)
    announcer.took_over(UNTOLD)
    announcer.committed((), 5)
    announcer.changed({"a"})
    assert announcer.copied == UNTOLD
    async with pushes(redis, channels) as positions, announcing(announcer):
        assert await anext(positions) == 5
        assert float(await redis.get(channels.tag("a"))) > 5
        assert await announcer.finish(TIMEOUT_S)
    assert announcer.copied == 5


async def test_that_nothing_has_changed_is_told_without_waiting_for_a_turn(
    redis: Redis, channels: Channels
) -> None:
    announcer = an_announcer(redis, channels)
    announcer.took_over(4)
    async with announcing(announcer):
        announcer.committed((), 4)
        assert await announcer.finish(TIMEOUT_S)
    async with pushes(redis, channels) as positions:
        announcer.committed((), 5)
        assert announcer.copied == 5
        # How far it had come before may be told again meanwhile.
        assert await anext(position async for position in positions if position > 4) == 5


async def test_what_is_committed_while_one_batch_is_told_is_told_at_once(
    redis: Redis, channels: Channels
) -> None:
    told: list[tuple[set[str], int]] = []
    is_asked, is_free = asyncio.Event(), asyncio.Event()

    async def copy(tags: Collection[str], upto: int) -> None:
        told.append((set(tags), upto))
        is_asked.set()
        await is_free.wait()

    announcer = an_announcer(redis, channels, copy)
    async with announcing(announcer):
        announcer.committed({"a"}, 1)
        await asyncio.wait_for(is_asked.wait(), TIMEOUT_S)
        announcer.committed({"b"}, 2)
        announcer.committed({"c"}, 3)
        is_free.set()
        assert await announcer.finish(TIMEOUT_S)
    assert told == [({"a"}, 1), ({"b", "c"}, 3)]
    assert announcer.copied == 3


async def test_a_change_of_very_much_is_a_change_of_everything(
    redis: Redis, channels: Channels
) -> None:
    announcer = an_announcer(redis, channels)
    async with announcing(announcer):
        announcer.committed({f"tag-{n}" for n in range(TAGS_MAX + 1)}, 4)
        assert await announcer.finish(TIMEOUT_S)
    assert await standing(redis, channels, everything(PROJECTION.name)) == 4
    assert await standing(redis, channels, "tag-0") is None


async def test_the_last_watermark_is_pushed_again_for_who_comes_later(
    redis: Redis, channels: Channels
) -> None:
    announcer = an_announcer(redis, channels)
    async with announcing(announcer):
        announcer.committed((), 5)
        assert await announcer.finish(TIMEOUT_S)
        async with pushes(redis, channels) as positions:
            assert await anext(positions) == 5


async def test_without_redis_rows_go_on_and_what_changed_is_told_when_it_is_back(
    server: ValkeyServer, redis: Redis, channels: Channels, connection: asyncpg.Connection
) -> None:
    # fault 26
    announcer = an_announcer(redis, channels)
    vendor, another = AVendor(), AVendor()
    server.stop()
    async with announcing(announcer):
        follower = await a_follower(connection, announcer)
        for shown in (vendor, another):
            await tell(connection, *shown.approved())
            last = await sequence(connection)
            await follow_to_the_end(follower)
        step = await last_step(connection, SHARD)
        assert (step.upto, step.copied) == (last, 0)
        assert await connection.fetchval("SELECT count(*) FROM read.vendor_directory_v2") == 2

        server.start()
        assert await announcer.finish(TIMEOUT_S)
    for shown in (vendor, another):
        assert await standing(redis, channels, vendor_tag(shown.id)) == last
    assert announcer.copied == last


async def test_who_takes_over_from_one_that_could_not_tell_tells_in_its_place(
    server: ValkeyServer, redis: Redis, channels: Channels, connection: asyncpg.Connection
) -> None:
    # fault 2
    server.stop()
    await tell(connection, *AVendor().approved())
    last = await sequence(connection)
    async with announcing(an_announcer(redis, channels)) as dying:
        await (await a_follower(connection, dying)).advance()
    server.start()

    announcer = an_announcer(redis, channels)
    async with pushes(redis, channels) as positions, announcing(announcer):
        await (await a_follower(connection, announcer)).advance()
        assert await anext(positions) == last
        assert await standing(redis, channels, everything(PROJECTION.name)) == last


async def test_who_takes_over_from_one_that_had_told_all_gives_up_nothing(
    redis: Redis, channels: Channels, connection: asyncpg.Connection
) -> None:
    await tell(connection, *AVendor().approved())
    last = await sequence(connection)
    async with announcing(an_announcer(redis, channels)) as announcer:
        follower = await a_follower(connection, announcer)
        await follow_to_the_end(follower)
        assert await announcer.finish(TIMEOUT_S)
        # A step a second at most says so.
        async with asyncio.timeout(TIMEOUT_S):
            while (await last_step(connection, SHARD)).copied < last:
                assert not await follower.advance()

    async with AsyncExitStack() as leaving:
        second = an_announcer(redis, channels)
        await leaving.enter_async_context(announcing(second))
        await (await a_follower(connection, second)).advance()
        assert await second.finish(TIMEOUT_S)
    assert await standing(redis, channels, everything(PROJECTION.name)) is None
    assert await standing(redis, channels, ANY) == last


async def test_what_was_told_before_a_takeover_is_not_taken_for_told_after_it(
    redis: Redis, channels: Channels
) -> None:
    is_asked, is_free = asyncio.Event(), asyncio.Event()

    async def copy(_: Collection[str], __: int) -> None:
        is_asked.set()
        await is_free.wait()

    announcer = an_announcer(redis, channels, copy)
    async with announcing(announcer):
        announcer.committed({"a"}, 8)
        await asyncio.wait_for(is_asked.wait(), TIMEOUT_S)
        announcer.took_over(6)
        is_free.set()
        async with asyncio.timeout(TIMEOUT_S):
            while not (found := await standing(redis, channels, "a")):
                continue
        assert (found, announcer.copied) == (8, 6)
        announcer.committed({everything(PROJECTION.name)}, 9)
        assert await announcer.finish(TIMEOUT_S)
    assert announcer.copied == 9
