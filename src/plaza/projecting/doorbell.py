"""Waiting for something, but not for ever."""

import asyncio
from contextlib import suppress


class Doorbell:
    """Wakes everybody who waits; a ring in between is not lost.

    Attributes:
        rings: how often it has rung.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    def listen(self) -> asyncio.Event:
        """What the next ring will set; take it before the work, to miss no ring meanwhile."""
        return self._rung


async def wait(event: asyncio.Event, timeout_s: float) -> None:
    """Wait for an event, or until the time is over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
