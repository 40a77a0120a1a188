"""What an API process keeps of public reads."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, suppress
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis, UnixDomainSocketConnection

from plaza.embedded.servers import temporary_valkey
from plaza.entrypoints.near_reads import open_near_reads
from plaza.kernel import cancelling
from plaza.outbox.channels import Channels
from plaza.reading.entry import Rendered
from plaza.reading.pools import open_public_pool
from plaza.settings import Settings


class Losing(UnixDomainSocketConnection):
    """Loses a cancellation, as `asyncio.wait_for` of Python 3.11 does behind what is just done."""

    is_waiting = asyncio.Event()

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: FBT001, FBT002  as redis-py has it
    ) -> None:
        await super().send_packed_command(command, check_health)
        if any(b"TRACKING" in part for part in command if isinstance(part, bytes)):
            self.is_waiting.set()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()


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


async def test_one_of_two_ends_though_the_driver_loses_a_cancellation(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelling, "AGAIN_AFTER_S", 0.01)
    assert fresh_settings.database_url is not None
    assert fresh_settings.redis_url is not None
    channels = Channels(uuid4())
    losing = Redis.from_url(fresh_settings.redis_url, protocol=2)
    losing.connection_pool.connection_class = Losing

    async with AsyncExitStack() as beating, asyncio.timeout(20), losing:
        pool = await open_public_pool(fresh_settings.database_url, 1)
        beating.push_async_callback(pool.close)
        # Who is deaf to being cancelled goes on hearing what the other one says.
        other = Redis.from_url(fresh_settings.redis_url, protocol=2)
        await beating.enter_async_context(other)
        await open_near_reads(fresh_settings, pool, other, channels, beating)
        async with AsyncExitStack() as ending:
            await open_near_reads(fresh_settings, pool, losing, channels, ending)
            await Losing.is_waiting.wait()
