"""Sorted sets in Redis beside the tables that a test has written."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from plaza.outbox.channels import Channels
from plaza.outbox.sorted_names import SortedNames
from plaza.projecting.sorted_shape import SortedShape
from plaza.projecting.sorting import Sorting
from plaza.reading.sorted_sets import SortedReads
from plaza.reading.watermarks import Watermarks

TIMEOUT_S = 5.0
NO_SERVER = "redis://127.0.0.1:1"


@dataclass
class Shelf:
    """The sorted sets of one log, which a test writes and reads.

    Attributes:
        connection: sees the tables; it may be one on which a transaction is open.
    """

    redis: Redis
    connection: Any
    shape: SortedShape
    channels: Channels = field(default_factory=lambda: Channels(uuid4()))

    def __post_init__(self) -> None:
        self.watermarks = Watermarks(self.connection)
        self.reads = SortedReads(self.redis, self.channels, self.watermarks)
        self.names = SortedNames(self.channels, self.shape.projection)

    def writer(self) -> Sorting:
        return Sorting(self.connection, self.redis, self.channels, self.shape)

    async def is_open(self) -> bool:
        """Whether readers may look, as far as Redis knows."""
        return await self.meta("upto") is not None

    async def meta(self, name: str) -> bytes | None:
        """Something that Redis knows of them all."""
        # redis-py has one type for both of its clients.
        known: bytes | None = await self.redis.hget(self.names.meta, name)  # type: ignore[misc]
        return known

    async def filled(self, upto: int = 1) -> Sorting:
        """A writer that has written everything there is."""
        writer = self.writer()
        await self.told(writer, set(), upto)
        return writer

    async def told(self, writer: Sorting, tags: Collection[str], upto: int) -> None:
        """Tell of changes as an announcer does, until readers may look."""
        await writer.copy(tags, upto)
        async with asyncio.timeout(TIMEOUT_S):
            while not await self.is_open():  # noqa: ASYNC110  Redis is asked
                await asyncio.sleep(0.005)


def nothing_sorted(redis: Redis) -> SortedReads:
    """Reads of a log of which Redis keeps nothing, so that the tables are asked."""
    channels = Channels(uuid4())
    return SortedReads(redis, channels, Watermarks(None))  # type: ignore[arg-type]
