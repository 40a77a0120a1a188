"""Questions that are being asked: one at a time for a key, shared by all who wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from plaza.reading.entry import Entry


class Arrival(NamedTuple):
    """What a reader knew when it came, which its answer must not be older than.

    Attributes:
        number: of the flight that had begun last.
        sequence: of the invalidation that had come last.
        pushed: every change up to this position had been announced by then.
        wanted: the position that the answer has to cover.
    """

    number: int
    sequence: int
    pushed: int
    wanted: int


class Flight:
    """One question on its way.

    Attributes:
        epoch, sequence: of the invalidations when it began.
        is_wanted: whether its answer is worth keeping: it was asked for more than once.
    """

    def __init__(self, number: int, epoch: int, sequence: int) -> None:
        self.number = number
        self.epoch = epoch
        self.sequence = sequence
        self.is_wanted = False
        self.task: asyncio.Task[Entry]


class Flights:
    """The newest flight of each key."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}
        self.begun = 0

    def of(self, key: str) -> Flight | None:
        return self._flights.get(key)

    def begin(
        self, key: str, epoch: int, sequence: int, fly: Callable[[Flight], Awaitable[Entry]]
    ) -> Flight:
        """Begin a new one, which readers that come from now on may join."""
        self.begun += 1
        flight = self._flights[key] = Flight(self.begun, epoch, sequence)

        async def flown() -> Entry:
            try:
                return await fly(flight)
            finally:
                # Not by a callback: whoever finds the answer too old begins anew before those run.
                if self._flights.get(key) is flight:
                    del self._flights[key]

        flight.task = asyncio.create_task(flown())
        flight.task.add_done_callback(_seen)
        return flight


def _seen(task: asyncio.Task[Entry]) -> None:
    """Who waited is told of a failure; there may be nobody left."""
    if not task.cancelled():
        task.exception()
