"""Copies in Redis: the newest wins, and nothing that has changed since is given out."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.outbox.channels import Channels
from plaza.projecting.touching import Touching
from plaza.reading.copies import TAGS_MAX, Copies
from plaza.reading.entry import Rendered
from plaza.settings import Settings
from plaza.writing.engine import open_redis

KEY = "product_page:v1:oak"
TAGS = ("product_page:id:1", "product_page:everything")
TTL_MS_MAX = 300_000
WRITES = 2_000
SEED = 31


@pytest.fixture
def channels() -> Channels:
    return Channels(uuid4())


@pytest_asyncio.fixture(loop_scope="session")
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    async with open_redis(settings) as client:
        yield client


@pytest.fixture
def copies(redis: Redis, channels: Channels) -> Copies:
    return Copies(redis, channels, "1")


@pytest.fixture
def touching(redis: Redis, channels: Channels) -> Touching:
    return Touching(redis, channels)


@pytest_asyncio.fixture(loop_scope="session")
async def incarnation(copies: Copies, touching: Touching) -> bytes:
    """What the server is, once it knows the scripts."""
    await copies.put(KEY, Rendered(b"", ()), 0, b"none")
    await touching.touch({"first"}, 1)
    found = (await copies.get(KEY)).incarnation
    assert found is not None
    return found


async def body_of(copies: Copies, at_least: int = 0) -> bytes | None:
    rendered = (await copies.get(KEY, at_least)).rendered
    return None if rendered is None else rendered.body


async def test_a_copy_is_given_out_as_it_was_put(
    copies: Copies, incarnation: bytes, redis: Redis, channels: Channels
) -> None:
    rendered = Rendered(b"\xff\x00 bytes", TAGS, 404)
    assert await copies.put(KEY, rendered, 5, incarnation)
    found = await copies.get(KEY)
    assert found.rendered == rendered
    assert 200 < found.lasts_s <= 300
    assert 0 < await redis.pttl(channels.copy(f"1:{KEY}")) <= TTL_MS_MAX


async def test_what_was_touched_later_ends_a_copy(
    copies: Copies, incarnation: bytes, touching: Touching
) -> None:
    await copies.put(KEY, Rendered(b"old", TAGS), 5, incarnation)
    await touching.touch({TAGS[0]}, 5)
    assert await body_of(copies) == b"old", "it covers what changed at 5"
    await touching.touch({TAGS[1]}, 6)
    assert await body_of(copies) is None


async def test_a_copy_that_comes_after_the_touch_is_refused(
    copies: Copies, incarnation: bytes, touching: Touching
) -> None:
    # fault 31
    await touching.touch({TAGS[0]}, 6)
    assert not await copies.put(KEY, Rendered(b"old", TAGS), 5, incarnation)
    assert await body_of(copies) is None


async def test_after_a_deletion_a_late_answer_does_not_bring_the_row_back(
    copies: Copies, incarnation: bytes, touching: Touching
) -> None:
    # fault 32
    await touching.touch({TAGS[0]}, 6)
    assert await copies.put(KEY, Rendered(b"", TAGS, 404), 6, incarnation)
    assert not await copies.put(KEY, Rendered(b"the row", TAGS), 5, incarnation)
    found = (await copies.get(KEY)).rendered
    assert found is not None
    assert found.status == 404


async def test_the_newest_of_shuffled_copies_stays(copies: Copies, incarnation: bytes) -> None:
    # fault 31
    positions = list(range(1, WRITES + 1))
    Random(SEED).shuffle(positions)  # noqa: S311  an order, not a secret

    async def put_in_turn(turn: list[int]) -> None:
        for at in turn:
            await copies.put(KEY, Rendered(str(at).encode(), TAGS), at, incarnation)

    await asyncio.gather(*(put_in_turn(positions[n::10]) for n in range(10)))
    assert await body_of(copies) == str(WRITES).encode()


async def test_a_copy_is_good_from_the_position_on_that_it_was_made_at(
    copies: Copies, incarnation: bytes
) -> None:
    await copies.put(KEY, Rendered(b"at five", TAGS), 5, incarnation)
    assert await body_of(copies, at_least=5) == b"at five"
    assert await body_of(copies, at_least=6) is None


async def test_another_version_of_the_code_has_copies_of_its_own(
    copies: Copies, incarnation: bytes, redis: Redis, channels: Channels
) -> None:
    await copies.put(KEY, Rendered(b"by one", TAGS), 5, incarnation)
    assert await body_of(Copies(redis, channels, "2")) is None


async def test_what_is_made_of_too_much_is_not_copied(copies: Copies, incarnation: bytes) -> None:
    tags = tuple(f"product_page:id:{n}" for n in range(TAGS_MAX))
    assert await copies.put(KEY, Rendered(b"much", tags), 5, incarnation)
    assert await body_of(copies) == b"much"
    assert not await copies.put(KEY, Rendered(b"more", (*tags, "one")), 6, incarnation)


async def test_without_redis_there_are_no_copies_and_no_failures(channels: Channels) -> None:
    async with Redis.from_url("unix:///nonexistent/valkey.sock", protocol=2) as away:
        copies = Copies(away, channels, "1")
        for _ in range(10):
            found = await copies.get(KEY)
            assert (found.rendered, found.incarnation) == (None, None)
        assert not await copies.put(KEY, Rendered(b"", ()), 1, b"any")
