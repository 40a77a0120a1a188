"""Opens the connections that an API process reads with."""

from contextlib import AsyncExitStack
from typing import NamedTuple

import asyncpg

from plaza.reading.fills import Fills
from plaza.reading.pools import PrivateReads, open_private_pool, open_public_pool
from plaza.settings import Settings

PROGRESS_POOL_SIZE = 3
"""One for the watermarks, one for tokens, one for the time, readiness and metrics."""
STANDINGS_POOL_SIZE = 2
"""One for the notes, and one for callers who are not known yet."""


class Pools(NamedTuple):
    """What is slow in one of them keeps nobody waiting in another.

    Attributes:
        public: sees what everybody may see.
        progress: sees the same; asked how far the read models are, whatever they are asked.
        private: sees a scope's rows.
        standings: asked who calls, before every command too.
    """

    public: asyncpg.Pool
    progress: asyncpg.Pool
    private: PrivateReads
    standings: PrivateReads


async def open_pools(settings: Settings, stack: AsyncExitStack) -> Pools:
    """Open them until the stack is left."""
    return Pools(
        public=await _public(settings, settings.read_pool_size, stack),
        progress=await _public(settings, PROGRESS_POOL_SIZE, stack),
        private=await _private(settings, settings.private_pool_size, stack),
        standings=await _private(settings, STANDINGS_POOL_SIZE, stack),
    )


async def _public(settings: Settings, size: int, stack: AsyncExitStack) -> asyncpg.Pool:
    assert settings.database_url is not None
    pool = await open_public_pool(settings.database_url, size)
    stack.push_async_callback(pool.close)
    return pool


async def _private(settings: Settings, size: int, stack: AsyncExitStack) -> PrivateReads:
    assert settings.database_url is not None
    places = Fills(size, settings.admission_queue_size, settings.admission_timeout_s)
    reads = await open_private_pool(settings.database_url, size, places)
    stack.push_async_callback(reads.close)
    return reads
