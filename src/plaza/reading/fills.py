"""How many questions of reads PostgreSQL is asked at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plaza.kernel.refusals import Unavailable


class TooManyReads(Unavailable):
    code = "overloaded"
    title = "Too much to do right now"


class Fills:
    """A bounded number of places; a bounded number of readers wait for one, a bounded time."""

    def __init__(self, places: int, queue_size: int, timeout_s: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._queue_size = queue_size
        self.timeout_s = timeout_s
        self.waiting = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place.

        Raises:
            TooManyReads: the queue is full, or no place came free in time.
        """
        if self._places.locked():
            await self._wait()
        else:
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _wait(self) -> None:
        if self.waiting >= self._queue_size:
            raise TooManyReads("The queue is full; try again in a moment.", retry_after_s=1)
        self.waiting += 1
        try:
            async with asyncio.timeout(self.timeout_s):
                await self._places.acquire()
        except TimeoutError as error:
            message = f"The database had no time for it in {self.timeout_s:g} s."
            raise TooManyReads(message, retry_after_s=1) from error
        finally:
            self.waiting -= 1
