"""Reads the next stretch of the log on a second connection while the present one is written."""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg

from plaza.outbox.read import Stretch, read_stretch


class ReadingAhead:
    """Reads much at once, and nothing behind a position.

    What is read ahead is asked for next, unless something went wrong; then it is only read anew.
    """

    def __init__(
        self, ahead: asyncpg.Connection, limit: int, upto: int, reached: Callable[[int], None]
    ) -> None:
        self._ahead = ahead
        self._limit = limit
        self._upto = upto
        self._reached = reached
        self._reading: asyncio.Task[Stretch] | None = None
        self._after = -1

    async def read(
        self, _: asyncpg.Connection, after: int, __: int, types: Sequence[str] | None
    ) -> Stretch:
        """As `read_stretch`, of as many positions as are read at once here."""
        self._reached(after)
        if self._after != after or self._reading is None:
            await self.leave()
            self._begin(after, types)
        assert self._reading is not None
        stretch = await self._reading
        if stretch.length:
            self._begin(stretch.upto, types)
        return stretch

    async def leave(self) -> None:
        """Have the connection be free for something else; what was read ahead is given up."""
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        self._reading = None

    def _begin(self, after: int, types: Sequence[str] | None) -> None:
        limit = max(0, min(self._limit, self._upto - after))
        self._after = after
        self._reading = asyncio.create_task(read_stretch(self._ahead, after, limit, types))
