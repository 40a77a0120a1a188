"""Watermarks that a test moves, as no follower works on their database, and API processes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.kernel.cancelling import cancelled
from plaza.outbox.channels import Channels
from plaza.reading.coherence import Coherence
from plaza.reading.pools import open_public_pool
from plaza.reading.watermarks import Watermarks
from plaza.settings import Settings
from plaza.writing.engine import open_redis
from projecting.connecting import connecting
from reading.near_reading import Open, Process, a_process

Watch = Callable[[Redis], Awaitable[Watermarks]]


@pytest_asyncio.fixture(loop_scope="session")
async def connection(fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with connecting(fresh_settings) as connect:
        yield await connect()


@pytest_asyncio.fixture(loop_scope="session")
async def pool(fresh_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    assert fresh_settings.database_url is not None
    opened = await open_public_pool(fresh_settings.database_url, 5)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def redis(fresh_settings: Settings) -> AsyncIterator[Redis]:
    client = open_redis(fresh_settings, None)
    yield client
    await client.aclose()


@pytest.fixture
def channels() -> Channels:
    return Channels(uuid4())


@pytest_asyncio.fixture(loop_scope="session")
async def watch(pool: asyncpg.Pool, channels: Channels) -> AsyncIterator[Watch]:
    """Runs watermarks until the test is over."""
    async with AsyncExitStack() as stack:

        async def run(redis: Redis) -> Watermarks:
            return await stack.enter_async_context(_running(Watermarks(pool), redis, channels))

        yield run


@asynccontextmanager
async def _running(
    watermarks: Watermarks, redis: Redis, channels: Channels
) -> AsyncIterator[Watermarks]:
    await watermarks.poll()
    coherence = Coherence(redis, channels, watermarks)
    endless = (watermarks.run(), coherence.listen(), coherence.beat())
    running = [asyncio.create_task(task) for task in endless]
    yield watermarks
    await cancelled(*running)


@pytest_asyncio.fixture(loop_scope="session")
async def start(settings: Settings, channels: Channels) -> AsyncIterator[Open]:
    """Starts processes of one marketplace."""
    assert settings.redis_url is not None
    async with AsyncExitStack() as stack:

        async def started(**options: Any) -> Process:
            assert settings.redis_url is not None
            return await stack.enter_async_context(
                a_process(settings.redis_url, channels, **options)
            )

        yield started
