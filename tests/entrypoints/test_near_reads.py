"""What an API process keeps of public reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.embedded.servers import temporary_valkey
from plaza.entrypoints.near_reads import open_near_reads
from plaza.outbox.channels import Channels
from plaza.reading.entry import Rendered
from plaza.reading.pools import open_public_pool
from plaza.settings import Settings


@pytest_asyncio.fixture(loop_scope="session")
async def redis() -> AsyncIterator[Redis]:
    with temporary_valkey() as server:
        async with Redis.from_url(server.url, protocol=2) as client:
            yield client


@pytest.mark.parametrize(("policy", "kept"), [("noeviction", 1), ("allkeys-lru", 0)])
async def test_no_copies_are_left_where_their_tags_may_be_evicted(
    fresh_settings: Settings, redis: Redis, policy: str, kept: int
) -> None:
    await redis.config_set("maxmemory-policy", policy)
    channels = Channels(uuid4())

    async def fill() -> Rendered:
        return Rendered(b"{}", ("product_page:everything",))

    async with AsyncExitStack() as stack:
        assert fresh_settings.database_url is not None
        pool = await open_public_pool(fresh_settings.database_url, 1)
        stack.push_async_callback(pool.close)
        _, near = await open_near_reads(fresh_settings, pool, redis, channels, stack)
        for _ in range(3):
            near.drop_all()
            await asyncio.wait_for(near.get("product_page:v1:a", "product_page", 0, fill), 5)
            await near.finish()
        assert len(await redis.keys(f"{channels.copy('')}*")) == kept
