"""A read model of several shards is as far as the one that is furthest behind."""

import asyncio

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.outbox.channels import Channels, Pushed, shard_named, watermark_name
from plaza.projecting.steps import Shard, last_step, take_step
from plaza.reading.shard_marks import ShardMarks
from reading.conftest import Watch

NAME = "category_tree"
TIMEOUT_S = 5.0

SPLIT = "UPDATE projecting.build SET shards = 2 WHERE projection = $1"
FIRST_STEP = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    VALUES ($1, 1, 1, 0, 0, 0)
"""


@pytest_asyncio.fixture(loop_scope="session")
async def split(connection: asyncpg.Connection) -> tuple[Shard, Shard]:
    """The only build of a read model, in two shards."""
    await connection.execute(SPLIT, NAME)
    await connection.execute(FIRST_STEP, NAME)
    return Shard(NAME, 1, 0), Shard(NAME, 1, 1)


def name_of(shard: int, build: int = 1) -> str:
    return watermark_name(NAME, build, shard, 2)


@pytest.fixture
def marks() -> ShardMarks:
    made = ShardMarks()
    made.is_live(NAME, 1, 2)
    return made


def soon() -> float:
    return asyncio.get_running_loop().time() + TIMEOUT_S


async def take(connection: asyncpg.Connection, shard: Shard, upto: int) -> None:
    await take_step(connection, shard, await last_step(connection, shard), upto, 0)


async def push(redis: Redis, channels: Channels, **positions: int) -> None:
    pushed = msgspec.json.encode(Pushed({name_of(int(k[1:])): p for k, p in positions.items()}))
    async with asyncio.timeout(TIMEOUT_S):
        while not await redis.publish(channels.watermark, pushed):
            continue


def test_a_name_tells_its_shard_where_there_are_several() -> None:
    assert watermark_name(NAME, 3, 0, 1) == NAME
    assert shard_named(NAME) is None
    assert shard_named(watermark_name(NAME, 3, 1, 4)) == (NAME, 3, 1)


def test_nothing_is_known_before_every_shard_has_spoken(marks: ShardMarks) -> None:
    assert marks.least({name_of(0): 50}) == {}
    assert marks.least({name_of(1): 40, "another": 7}) == {NAME: 40, "another": 7}
    assert marks.least({name_of(1): 60}) == {NAME: 50}


def test_a_shard_never_goes_back(marks: ShardMarks) -> None:
    marks.least({name_of(0): 50, name_of(1): 50})
    assert marks.least({name_of(0): 3}) == {NAME: 50}


def test_every_shard_speaks_again_on_a_new_connection(marks: ShardMarks) -> None:
    marks.least({name_of(0): 50, name_of(1): 50})
    marks.forget()
    assert marks.least({name_of(0): 60}) == {}


def test_shards_of_a_build_that_is_not_read_do_not_count(marks: ShardMarks) -> None:
    assert marks.least({name_of(0, build=2): 50, name_of(1, build=2): 50}) == {}
    marks.least({name_of(0): 40})
    marks.is_live(NAME, 2, 2)
    assert marks.least({name_of(0, build=2): 50, name_of(1): 50}) == {}
    assert marks.least({name_of(1, build=2): 45}) == {NAME: 45}


async def test_what_is_polled_is_the_place_of_the_shard_behind(
    watch: Watch, redis: Redis, connection: asyncpg.Connection, split: tuple[Shard, Shard]
) -> None:
    watermarks = await watch(redis)
    await take(connection, split[0], 90)
    await watermarks.poll()
    assert watermarks.of(NAME).position == 0
    await take(connection, split[1], 70)
    assert await watermarks.reached(NAME, 70, soon())
    assert watermarks.of(NAME).position == 70


@pytest.mark.usefixtures("split")
async def test_what_is_pushed_waits_for_the_shard_behind(
    watch: Watch, redis: Redis, channels: Channels
) -> None:
    watermarks = await watch(redis)
    await push(redis, channels, s0=90)
    await push(redis, channels, s1=70)
    assert await watermarks.reached(NAME, 70, soon())
    assert (watermarks.of(NAME).position, watermarks.of(NAME).pushed) == (70, 70)
