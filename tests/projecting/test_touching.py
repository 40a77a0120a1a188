"""Tags in Redis, on the side of those who write."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from random import Random
from uuid import uuid4

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.outbox.channels import Channels
from plaza.projecting.touching import TAG_KEPT_S, Touching
from plaza.settings import Settings
from plaza.writing.engine import open_redis

WRITES = 2_000
SEED = 31
COPY_KEPT_S_MAX = 300


@pytest.fixture
def channels() -> Channels:
    return Channels(uuid4())


@pytest_asyncio.fixture(loop_scope="session")
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    async with open_redis(settings) as client:
        yield client


@pytest.fixture
def touching(redis: Redis, channels: Channels) -> Touching:
    return Touching(redis, channels)


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A Valkey that these tests fill and restart; it keeps its files."""
    with temporary_valkey(durable=True) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def own(server: ValkeyServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url, protocol=2) as client:
        yield client


def refused() -> float:
    return REGISTRY.get_sample_value("plaza_copies_refused_total", {"of": "touch"}) or 0.0


async def standing(redis: Redis, channels: Channels, *tags: str) -> list[int | None]:
    found = [await redis.get(channels.tag(tag)) for tag in tags]
    return [None if value is None else int(value) for value in found]


async def test_tags_stand_at_the_position_of_the_last_change_and_outlive_every_copy(
    touching: Touching, redis: Redis, channels: Channels
) -> None:
    await touching.touch({"a", "b"}, 7)
    await touching.touch({"b"}, 9)
    assert await standing(redis, channels, "a", "b", "c") == [7, 9, None]
    assert COPY_KEPT_S_MAX < await redis.ttl(channels.tag("a")) <= TAG_KEPT_S


async def test_late_touches_change_nothing_and_are_counted(
    touching: Touching, redis: Redis, channels: Channels
) -> None:
    # fault 31
    before = refused()
    await touching.touch({"a", "b"}, 9)
    assert await touching.touch({"a", "b", "c"}, 8) == 2
    assert await touching.touch({"a"}, 9) == 0
    assert await standing(redis, channels, "a", "b", "c") == [9, 9, 8]
    assert refused() == before + 2


async def test_touches_in_any_order_end_at_the_last_position(
    touching: Touching, redis: Redis, channels: Channels
) -> None:
    # fault 31
    positions = [*range(1, WRITES + 1)]
    Random(SEED).shuffle(positions)  # noqa: S311  no secret

    async def touch_in_turn(share: list[int]) -> None:
        for position in share:
            await touching.touch({"hot"}, position)

    before = refused()
    await asyncio.gather(*(touch_in_turn(positions[n::20]) for n in range(20)))
    assert await standing(redis, channels, "hot") == [WRITES]
    assert refused() > before


async def test_what_redis_remembers_has_a_name_that_a_touch_makes_and_leaves(
    touching: Touching, redis: Redis, channels: Channels
) -> None:
    await touching.touch({"a"}, 1)
    made = await redis.get(channels.incarnation)
    assert made is not None
    await touching.touch({"a"}, 2)
    assert await redis.get(channels.incarnation) == made
    await redis.delete(channels.incarnation)
    await touching.touch({"a"}, 3)
    assert await redis.get(channels.incarnation) not in {None, made}


async def test_a_server_that_is_full_gives_up_all_copies_rather_than_a_touch(
    own: Redis, channels: Channels
) -> None:
    # fault 30
    touching = Touching(own, channels)
    await touching.touch({"a"}, 1)
    await own.set("ballast", b"x" * 2_000_000)
    await own.config_set("maxmemory", "1mb")
    try:
        await touching.touch({"a"}, 2)
    finally:
        await own.config_set("maxmemory", "0")
    assert await standing(own, channels, "a") == [1]
    assert await own.get(channels.incarnation) is None


async def test_a_server_that_comes_back_with_less_than_it_knew_is_another_one(
    server: ValkeyServer, own: Redis, channels: Channels
) -> None:
    # fault 29
    touching = Touching(own, channels)
    await touching.touch({"a"}, 1)
    before = await own.get(channels.incarnation)
    # What it has on the disk is what it comes back with.
    server.stop()
    server.start()
    await own.connection_pool.disconnect()
    assert await own.get(channels.incarnation) == before
    assert await standing(own, channels, "a") == [1]

    await touching.touch({"b"}, 2)

    assert await own.get(channels.incarnation) not in {None, before}


async def sets_of(redis: Redis) -> int:
    """How many SETs were ever done, in scripts too."""
    return int((await redis.info("commandstats"))["cmdstat_set"]["calls"])


async def test_a_change_between_two_positions_ends_what_was_made_before_it_each_time(
    own: Redis, channels: Channels
) -> None:
    touching = Touching(own, channels)
    await touching.touch({"a"}, 7)
    before = await sets_of(own)
    touches = (7, 7.5, 7.5, 7)
    for position in touches:
        await touching.touch({"a"}, position)
    # Each touch sets the incarnation too, if there is none.
    assert await sets_of(own) - before == len(touches) + 2
    assert await own.get(channels.tag("a")) == b"7.5"
    await touching.touch({"a"}, 8)
    assert await standing(own, channels, "a") == [8]
