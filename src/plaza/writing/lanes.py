"""Works on what is due, a few things at once: claimed from a table, each by one process at a time.

If the process dies, its claims run out, and another process finds the same things due again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb
from typing import Generic, TypeVar

import structlog

from plaza.kernel.database_errors import DATABASE_ERRORS

POLL_INTERVAL_S = 0.5
"""A message in Redis would save half a second, and could be lost. A poll that finds nothing is one
look at an index that holds only what is due."""
RETRY_DELAY_S = 2.0

T = TypeVar("T")

log = structlog.get_logger()


class Lanes(Generic[T]):
    """Works on as many things at once as there are lanes.

    Args:
        claim: takes so many of what is due.
        work: does one; what it raises is logged, and its claim left to run out.
        count: how many lanes.
    """

    def __init__(
        self,
        claim: Callable[[int], Awaitable[Sequence[T]]],
        work: Callable[[T], Awaitable[None]],
        count: int,
    ) -> None:
        self._claim = claim
        self._work = work
        self._count = count
        self._stopping = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until `stop` was called and what was under way has come to an end."""
        try:
            while not self._stopping.is_set():
                await self._begin_due()
            if self._under_way:
                await asyncio.wait(self._under_way)
        finally:
            for task in self._under_way:
                task.cancel()

    def stop(self) -> None:
        """Take nothing new."""
        self._stopping.set()

    async def _begin_due(self) -> None:
        if len(self._under_way) == self._count:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return
        try:
            claimed = await self._claim(self._count - len(self._under_way))
        except DATABASE_ERRORS as error:
            log.warning("nothing_claimed", of=self._name, error=type(error).__name__)
            await self._pause(RETRY_DELAY_S)
            return
        for one in claimed:
            task = asyncio.create_task(self._guarded(one))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        if not claimed:
            await self._pause(POLL_INTERVAL_S)

    async def _guarded(self, one: T) -> None:
        try:
            await self._work(one)
        except Exception as error:  # noqa: BLE001  one thing's fault must not hold back the others
            log.warning("left_for_later", of=self._name, error=place_of(error))

    @property
    def _name(self) -> str:
        return getattr(self._work, "__qualname__", repr(self._work))

    async def _pause(self, delay_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await self._stopping.wait()


def place_of(error: Exception) -> str:
    """The kind and place of an error, without its message, which may quote private data."""
    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
