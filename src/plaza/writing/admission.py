"""Who may begin a command now: a bounded queue before the connection pool."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plaza.kernel.refusals import Unavailable


class Overloaded(Unavailable):
    code = "overloaded"
    title = "Too much to do right now"


class Admission:
    """Lets as many commands work as there are connections; the others wait, but not for long."""

    def __init__(self, places: int, queue_size: int, timeout_s: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._queue_size = queue_size
        self._timeout_s = timeout_s
        self.waiting = 0

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Hold a place.

        Raises:
            Overloaded: the queue is full, or no place came free in time.
        """
        if self.waiting >= self._queue_size:
            raise Overloaded("The queue is full; try again in a moment.", retry_after_s=1)
        await self._wait()
        try:
            yield
        finally:
            self._places.release()

    async def _wait(self) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._places.acquire()
        except TimeoutError as error:
            message = f"No connection came free in {self._timeout_s:g} s."
            raise Overloaded(message, retry_after_s=1) from error
        finally:
            self.waiting -= 1
