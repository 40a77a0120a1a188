"""A reader that follows the log while it grows, as projections do."""

import asyncio
from collections.abc import Callable

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.read import read_stretch

STRETCH = 2000
POLL_INTERVAL_S = 0.02


class Reader:
    """Sees each fact once, if the log keeps its word."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._upto = 0
        self.seen: list[Fact] = []

    async def read(self) -> int:
        """Read on to the present end, and say how many facts came."""
        before = len(self.seen)
        while True:
            stretch = await read_stretch(self._connection, self._upto, STRETCH, None)
            self.seen += stretch.facts
            self._upto = stretch.upto
            if not stretch.length:
                return len(self.seen) - before

    async def read_until(self, enough: Callable[[], bool]) -> None:
        while not enough():
            await self.read()
            await asyncio.sleep(POLL_INTERVAL_S)
