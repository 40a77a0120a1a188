"""The newest part of the log, read once for all the followers of a process.

Facts at a position never change, so that what was read for one follower holds for every other. With
two dozen followers, most of which a fact does not concern, this is the difference between fifty
statements a wake-up and two.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.read import Stretch, WithUnknown, read_stretch

WINDOW_FACTS_MAX = 2_000
READ_MAX = 1_000

ReadStretch = Callable[[asyncpg.Connection, int, int, Sequence[str] | None], Awaitable[Stretch]]
"""As `read_stretch`: the facts of some types among the next positions."""


class LogWindow:
    """Remembers the newest facts; whoever is further behind reads by itself."""

    def __init__(self, heard: Callable[[], int] | None = None) -> None:
        """Begin with nothing.

        Args:
            heard: how often the log was told to have grown: while that stays the same, nobody looks
                whether it has. None: whoever is at its end looks.
        """
        self._heard = heard
        self._heard_before: int | None = None
        self._facts: deque[Fact] = deque(maxlen=WINDOW_FACTS_MAX)
        self._upto: int | None = None
        self._begun = 0
        self._ended = 0
        self._reading = asyncio.Lock()

    async def read_stretch(
        self, connection: asyncpg.Connection, after: int, limit: int, types: Sequence[str] | None
    ) -> Stretch:
        """The facts of the given types among the next positions; no type given: all."""
        if self._is_due(after):
            await self._read_on(connection, after)
        if self._upto is None or after < self._start:
            return await read_stretch(connection, after, limit, types)
        begin = after - self._start
        # From its end, where followers are, a deque is indexed at once; a slice would walk to it.
        stretch = [self._facts[n] for n in range(begin, min(begin + limit, len(self._facts)))]
        facts = stretch if types is None else list(_wanted(stretch, types))
        return Stretch(upto=after + len(stretch), length=len(stretch), facts=facts)

    def forget(self) -> None:
        """Remember nothing: whoever connects anew may have come to a log that holds less."""
        self._facts.clear()
        self._upto = self._heard_before = None

    def _is_due(self, after: int) -> bool:
        """Whether there may be something behind the newest fact that is remembered."""
        if self._upto is None or after > self._upto:
            return True
        if self._heard is None:
            return after == self._upto
        return self._heard() != self._heard_before

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
            heard = None if self._heard is None else self._heard()
            stretch = await read_stretch(connection, self._upto, READ_MAX, None)
            self._heard_before = heard if stretch.length < READ_MAX else None
            self._facts.extend(stretch.facts)
            if len(stretch.facts) < stretch.length:
                # Some were dropped from the log: places in the window would not be positions.
                self._facts.clear()
            self._upto, self._ended = stretch.upto, begun


def _wanted(facts: Iterable[Fact], types: Sequence[str]) -> Iterator[Fact]:
    if isinstance(types, WithUnknown):
        wanted, known = types.wanted, types.known
    else:
        wanted, known = frozenset(types), None
    for fact in facts:
        if fact.type in wanted or (known is not None and fact.type not in known):
            yield fact
