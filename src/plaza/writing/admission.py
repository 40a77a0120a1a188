"""Who may begin a command now: a bounded queue before the connection pool."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plaza.kernel.refusals import Unavailable


class Overloaded(Unavailable):
    code = "overloaded"
    title = "Too much to do right now"


class Admission:
    """Lets as many commands work as there are connections; the others wait, but not for long.

    A command that continues something comes before all that begin something new. Otherwise the
    last steps of checkouts would wait behind newcomers, and the more came, the fewer would finish.
    """

    def __init__(self, places: int, queue_size: int, timeout_s: float) -> None:
        self._free = places
        self._queue_size = queue_size
        self._timeout_s = timeout_s
        self._going_on: deque[asyncio.Future[None]] = deque()
        self._new: deque[asyncio.Future[None]] = deque()
        self.waiting = 0

    @asynccontextmanager
    async def admitted(self, *, goes_on: bool = False) -> AsyncIterator[None]:
        """Hold a place.

        Args:
            goes_on: whether it continues something; for that the queue is never full.

        Raises:
            Overloaded: the queue is full, or no place came free in time.
        """
        if self.waiting >= self._queue_size and not goes_on:
            raise Overloaded("The queue is full; try again in a moment.", retry_after_s=1)
        await self._wait(self._going_on if goes_on else self._new)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, queue: deque[asyncio.Future[None]]) -> None:
        if self._free > 0:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                await place
        except BaseException as error:
            # The place may have been given just as the waiting ended.
            if place.done() and not place.cancelled():
                self._pass_on()
            place.cancel()
            if isinstance(error, TimeoutError):
                message = f"No connection came free in {self._timeout_s:g} s."
                raise Overloaded(message, retry_after_s=1) from error
            raise
        finally:
            self.waiting -= 1

    def _pass_on(self) -> None:
        """Give the place to whoever has waited longest, or keep it free."""
        for queue in (self._going_on, self._new):
            while queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1
