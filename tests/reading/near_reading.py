"""API processes that keep answers, and a projector that tells them of changes, over real Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import msgspec
from redis.asyncio import Redis

from plaza.kernel.cancelling import cancelled
from plaza.outbox.channels import Channels, Pushed
from plaza.projecting.touching import Touching
from plaza.reading.coherence import Coherence
from plaza.reading.copies import Copies
from plaza.reading.entry import Rendered
from plaza.reading.fills import Fills
from plaza.reading.near_cache import NearCache
from plaza.reading.watermarks import Watermarks

NAME = "product_page"
AWAY = "postgresql://nobody@127.0.0.1:1/nothing"
MB = 1_000_000


async def until(condition: Callable[[], bool], timeout_s: float = 8) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110  what is told rings no bell
            await asyncio.sleep(0.002)


@dataclass
class Process:
    """What an API process has of it."""

    redis: Redis
    watermarks: Watermarks
    coherence: Coherence
    copies: Copies
    near: NearCache

    @property
    def pushed(self) -> int:
        return self.watermarks.of(NAME).pushed

    async def until_pushed(self, position: int) -> None:
        await until(lambda: self.pushed >= position)

    async def reads(self, page: "Page", position: int = 0) -> str:
        """What a reader gets to see."""
        entry = await self.near.get(page.key, NAME, position, page.fill)
        return entry.body.decode()

    async def keeps(self, page: "Page") -> None:
        """Read it until it is answered from memory."""
        async with asyncio.timeout(5):
            before = None
            # What is made anew, of a copy too, is another one each time.
            while (entry := await self.near.get(page.key, NAME, 0, page.fill)) is not before:
                before = entry


@dataclass
class Page:
    """Something to read: what PostgreSQL would answer, and how often it was asked."""

    text: str = "first"
    tags: tuple[str, ...] = ("product_page:id:1",)
    key: str = "product_page:v1:a"
    status: int = 200
    filled: int = 0
    waits: list[asyncio.Event] = field(default_factory=list)
    """The next fills hold what they have read until these are set."""
    has_read: asyncio.Event = field(default_factory=asyncio.Event)

    async def fill(self) -> Rendered:
        self.filled += 1
        rendered = Rendered(self.text.encode(), self.tags, self.status)
        self.has_read.set()
        if self.waits:
            await self.waits.pop(0).wait()
        return rendered


@dataclass
class Projector:
    """Tells of what was committed, as followers do: touches first, and then the watermark."""

    redis: Redis
    channels: Channels

    def __post_init__(self) -> None:
        self._touching = Touching(self.redis, self.channels)

    async def touch(self, *tags: str, position: int) -> None:
        await self._touching.touch(tags, position)

    async def announce(self, position: int) -> None:
        pushed = msgspec.json.encode(Pushed({NAME: position}))
        await self.redis.publish(self.channels.watermark, pushed)

    async def changes(self, *tags: str, position: int) -> None:
        await self.touch(*tags, position=position)
        await self.announce(position)


async def _tell_scripts(process: Process, projector: Projector) -> None:
    """A server that is told a script for the first time forgets what it knew."""
    found = await process.copies.get("first")
    await process.copies.put("first", Rendered(b"", ()), 0, found.incarnation or b"")
    await projector.changes("first", position=1)
    await process.until_pushed(1)


Open = Callable[..., Awaitable[Process]]


@asynccontextmanager
async def a_process(
    redis_url: str,
    channels: Channels,
    *,
    size_bytes: int = 10 * MB,
    has_copies: bool = True,
    fills: int = 10,
    queue_size: int = 1000,
) -> AsyncIterator[Process]:
    """A process that is told of changes, until it is left."""
    redis: Redis = Redis.from_url(redis_url, protocol=2, socket_timeout=1, socket_connect_timeout=1)
    # Nothing here polls: what is known is what is pushed.
    watermarks = Watermarks(asyncpg.create_pool(AWAY, min_size=0))
    coherence = Coherence(redis, channels, watermarks)
    copies = Copies(redis, channels, "test")
    near = NearCache(
        coherence=coherence,
        copies=copies if has_copies else None,
        watermarks=watermarks,
        fills=Fills(fills, queue_size, 1.0),
        size_bytes=size_bytes,
    )
    running = [asyncio.create_task(task) for task in (coherence.listen(), coherence.beat())]
    process = Process(redis, watermarks, coherence, copies, near)
    try:
        await until(lambda: coherence.is_live)
        await _tell_scripts(process, Projector(redis, channels))
        yield process
    finally:
        await near.finish()
        await cancelled(*running)
        await redis.aclose()
