"""The newest part of the log, read once for all the followers of a process.

Facts at a position never change, so that what was read for one follower holds for every other. With
two dozen followers, most of which a fact does not concern, this is the difference between fifty
statements a wake-up and two.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.read import Stretch, WithUnknown, read_stretch

WINDOW_FACTS_MAX = 2_000
READ_MAX = 1_000

ReadStretch = Callable[[asyncpg.Connection, int, int, Sequence[str] | None], Awaitable[Stretch]]
"""As `read_stretch`: the facts of some types among the next positions."""


class LogWindow:
    """Remembers the newest facts; whoever is further behind reads by itself."""

    def __init__(self) -> None:
        self._facts: deque[Fact] = deque(maxlen=WINDOW_FACTS_MAX)
        self._upto: int | None = None
        self._begun = 0
        self._ended = 0
        self._reading = asyncio.Lock()

    async def read_stretch(
        self, connection: asyncpg.Connection, after: int, limit: int, types: Sequence[str] | None
    ) -> Stretch:
        """The facts of the given types among the next positions; no type given: all."""
        if self._upto is None or after >= self._upto:
            await self._read_on(connection, after)
        if self._upto is None or after < self._start:
            return await read_stretch(connection, after, limit, types)
        known = islice(self._facts, after - self._start, after - self._start + limit)
        stretch = list(known)
        facts = stretch if types is None else list(_wanted(stretch, types))
        return Stretch(upto=after + len(stretch), length=len(stretch), facts=facts)

    def forget(self) -> None:
        """Remember nothing: whoever connects anew may have come to a log that holds less."""
        self._facts.clear()
        self._upto = None

    @property
    def _start(self) -> int:
        """The position before the first fact that is remembered."""
        assert self._upto is not None
        return self._upto - len(self._facts)

    async def _read_on(self, connection: asyncpg.Connection, after: int) -> None:
        """Read what is new; those who come while one reads share the next reading."""
        asked = self._begun
        async with self._reading:
            if self._ended > asked:
                # A reading that began after we had asked has seen all that we can ask for.
                return
            self._begun += 1
            begun = self._begun
            if self._upto is None or after > self._upto:
                self._facts.clear()
                self._upto = after
            stretch = await read_stretch(connection, self._upto, READ_MAX, None)
            self._facts.extend(stretch.facts)
            if len(stretch.facts) < stretch.length:
                # Some were dropped from the log: places in the window would not be positions.
                self._facts.clear()
            self._upto, self._ended = stretch.upto, begun


def _wanted(facts: Iterable[Fact], types: Sequence[str]) -> Iterator[Fact]:
    wanted = frozenset(types)
    known = types.known if isinstance(types, WithUnknown) else None
    for fact in facts:
        if fact.type in wanted or (known is not None and fact.type not in known):
            yield fact
