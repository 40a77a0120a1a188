"""Opens what an API process keeps of public reads."""

from contextlib import AsyncExitStack
from importlib.metadata import version

import asyncpg
from redis.asyncio import Redis

from plaza.entrypoints.authenticating import run_until_left
from plaza.outbox.channels import Channels
from plaza.outbox.eviction import is_evicting
from plaza.reading.coherence import Coherence
from plaza.reading.copies import Copies
from plaza.reading.fills import Fills
from plaza.reading.near_cache import NearCache
from plaza.reading.watermarks import Watermarks
from plaza.settings import Settings

BYTES_PER_MB = 1_000_000


async def open_near_reads(
    settings: Settings,
    pool: asyncpg.Pool,
    redis: Redis,
    channels: Channels,
    stack: AsyncExitStack,
) -> tuple[Watermarks, NearCache]:
    """Learn how far the read models are, and keep being told until the stack is left."""
    watermarks = Watermarks(pool)
    await watermarks.poll()
    coherence = Coherence(redis, channels, watermarks)
    has_copies = not await is_evicting(redis) and settings.served_copies
    near = NearCache(
        coherence=coherence,
        copies=Copies(redis, channels, version("plaza")) if has_copies else None,
        watermarks=watermarks,
        fills=Fills(
            settings.read_fills_max,
            settings.read_fills_queue_size,
            settings.admission_timeout_s,
        ),
        size_bytes=settings.near_cache_mb * BYTES_PER_MB,
    )
    stack.push_async_callback(near.finish)
    for endless in (watermarks.run(), coherence.listen(), coherence.beat()):
        run_until_left(endless, stack)
    return watermarks, near
