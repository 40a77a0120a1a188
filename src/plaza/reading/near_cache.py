"""Public answers in a process's memory, which are never older than what it was told."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from plaza.reading.coherence import Coherence
from plaza.reading.copies import NOTHING, Copies
from plaza.reading.counted import (
    DISCARDED,
    ENTRIES,
    HITS,
    INVALIDATED,
    MISSES,
    REFRESHED,
    SIZE,
    STALE,
)
from plaza.reading.entry import Entry, Rendered, Variant
from plaza.reading.fills import Fills
from plaza.reading.flights import Arrival, Flight, Flights
from plaza.reading.kept import Kept
from plaza.reading.seen_once import SeenOnce
from plaza.reading.watermarks import Watermark, Watermarks

TTL_MIN_S, TTL_MAX_S = 240.0, 300.0
REFRESH_AT = 0.9
"""The share of an entry's lifetime after which one reader has it refilled."""
USE_INTERVAL_S = 1.0
PUTS_MAX = 100
ANSWER_TIMEOUT_S = 7.0
"""Longer than PostgreSQL lets a statement take: one that hangs is as good as away."""

DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    OSError,
)

Fill = Callable[[], Awaitable[Rendered]]


class NearCache:
    """Answers by key, and by raw request targets that were found to mean a key.

    An answer is kept unless something that it was made of was invalidated after it was asked for,
    and forgotten when that happens. As invalidations come before the watermarks that cover them,
    what is kept covers each position that was pushed.
    """

    def __init__(
        self,
        *,
        coherence: Coherence,
        copies: Copies | None,
        watermarks: Watermarks,
        fills: Fills,
        size_bytes: int,
    ) -> None:
        """Begin empty.

        Args:
            coherence: tells what has changed.
            copies: in Redis; None for none.
            watermarks: tell how far the read models have come.
            fills: bounds how much PostgreSQL is asked.
            size_bytes: how much is kept; 0 for nothing, then nothing is shared either.
        """
        self._coherence = coherence
        self._copies = copies
        self._watermarks = watermarks
        self._fills = fills
        self._kept = Kept(size_bytes)
        self._is_on = size_bytes > 0
        self._flights = Flights()
        self._seen = SeenOnce()
        self._putting: set[asyncio.Task[bool]] = set()
        coherence.tell(self)

    @property
    def size_bytes(self) -> int:
        return self._kept.size_bytes

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: str, projection: str, position: int, fill: Fill) -> Entry:
        """The answer to a question, from memory where that covers what is wanted.

        Args:
            key: the normalized question, beginning with the projection's name.
            projection: the read model that answers it.
            position: what the caller's token wants covered, and the read model covers; 0 for none.
            fill: asks PostgreSQL.

        Raises:
            TooManyReads: too many others wait for PostgreSQL already.
        """
        mark = self._watermarks.of(projection)
        entry = self._kept.find(key)
        if entry is not None and self._is_good(entry, max(position, mark.settled)):
            HITS.inc()
            self._refresh_early(entry, fill)
            return self._shown(entry)
        MISSES.inc()
        try:
            async with asyncio.timeout(self._fills.timeout_s + ANSWER_TIMEOUT_S):
                if not self._is_on:
                    return self._shown(await self._ask(key, mark, fill))
                return self._shown(await self._fly(key, mark, position, fill))
        except DATABASE_AWAY:
            held = self._kept.find(key)
            if held is None or held.covered < position:
                raise
            STALE.inc()
            return held.stale()

    def hit(self, target: bytes) -> Entry | None:
        """The entry that a raw request target means, if it may be served without a token.

        What is stale or due to be refilled is left to `get`.
        """
        entry = self._kept.find_target(target)
        if entry is None or self._watermarks.is_away:
            return None
        now, mark = time.monotonic(), entry.mark
        if now >= entry.refreshes_at or now >= self._coherence.live_until:
            return None
        if mark.pushed < mark.settled and entry.at < mark.settled:
            return None
        if now >= entry.used_at + USE_INTERVAL_S:
            entry.used_at = now
            self._kept.find(entry.key)
        HITS.inc()
        return entry

    def alias(self, target: bytes, key: str) -> None:
        """Remember that a raw request target (path?query as it came) means a key.

        A target has to come twice: nobody may push the good ones out by names that are made up.
        """
        if self._seen.is_known(target):
            self._kept.name(target, key)

    def attach(self, entry: Entry, encoding: str, variant: Variant) -> None:
        """Keep an encoded form beside the entry, and count its size."""
        entry.variants[encoding] = variant
        self._kept.resize(entry)
        self._measure()

    async def finish(self) -> None:
        """Wait for the copies that are on their way."""
        if self._putting:
            await asyncio.wait(self._putting)

    def drop(self, tags: Sequence[str]) -> None:
        """Forget what was made of these."""
        dropped = self._kept.drop(tags)
        if dropped:
            INVALIDATED.inc(dropped)
            self._measure()

    def drop_all(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._measure()

    def _is_good(self, entry: Entry, wanted: int) -> bool:
        now = time.monotonic()
        return (
            now < self._coherence.live_until
            and (now < entry.expires_at or self._watermarks.is_away)
            and entry.covered >= wanted
        )

    def _shown(self, entry: Entry) -> Entry:
        """While PostgreSQL is away nobody can say whether it is the newest."""
        if not self._watermarks.is_away:
            return entry
        STALE.inc()
        return entry.stale()

    def _refresh_early(self, entry: Entry, fill: Fill) -> None:
        """Refill it before it expires; the one reader who begins that does not wait for it."""
        if time.monotonic() < entry.refreshes_at or self._watermarks.is_away:
            return
        entry.refreshes_at = entry.expires_at
        REFRESHED.inc()
        flight = self._begin(entry.key, entry.mark, fill, asks_copies=False)
        flight.is_wanted = True

    async def _fly(self, key: str, mark: Watermark, position: int, fill: Fill) -> Entry:
        """Ask, or join a question on its way, unless its answer may be too old."""
        wanted = max(position, mark.settled)
        arrival = Arrival(self._flights.begun, self._coherence.sequence, mark.pushed, wanted)
        is_known = self._seen.is_known(key)
        while True:
            flight = self._flights.of(key) or self._begin(key, mark, fill)
            flight.is_wanted = flight.is_wanted or is_known
            # Who goes away must not take the answer away from the others.
            entry = await asyncio.shield(flight.task)
            if self._answers(flight, entry, arrival):
                return entry

    def _answers(self, flight: Flight, entry: Entry, arrival: Arrival) -> bool:
        """Whether an answer covers all that was known when its reader came."""
        if flight.number > arrival.number:
            return True
        changed = self._coherence.changed_since(flight.sequence, entry.tags, arrival.sequence)
        return not changed and max(entry.at, arrival.pushed) >= arrival.wanted

    def _begin(self, key: str, mark: Watermark, fill: Fill, *, asks_copies: bool = True) -> Flight:
        async def flown(flight: Flight) -> Entry:
            entry = await self._ask(key, mark, fill, flight, asks_copies=asks_copies)
            if flight.is_wanted:
                self._keep(entry, flight)
            return entry

        return self._flights.begin(key, self._coherence.epoch, self._coherence.sequence, flown)

    async def _ask(
        self,
        key: str,
        mark: Watermark,
        fill: Fill,
        flight: Flight | None = None,
        *,
        asks_copies: bool = True,
    ) -> Entry:
        """Ask for a copy, and PostgreSQL where there is none."""
        found, known = NOTHING, mark.position
        if self._copies is not None:
            # Up to what was pushed, Redis knows which copies are good; beyond, it may not yet.
            at_least = 0 if asks_copies and mark.pushed >= known else known
            found = await self._copies.get(key, at_least)
        if found.rendered is not None and asks_copies:
            return _entry(key, found.rendered, known, mark, found.lasts_s)
        async with self._fills.place():
            known = mark.position
            rendered = await fill()
        if found.incarnation is not None and flight is not None and flight.is_wanted:
            self._put(key, rendered, known, found.incarnation)
        ttl_s = random.uniform(TTL_MIN_S, TTL_MAX_S)  # noqa: S311  jitter
        return _entry(key, rendered, known, mark, ttl_s)

    def _keep(self, entry: Entry, flight: Flight) -> None:
        """Keep an answer, unless it may have become too old on its way."""
        coherence = self._coherence
        is_told = coherence.is_live and coherence.epoch == flight.epoch
        if not is_told or coherence.changed_since(flight.sequence, entry.tags):
            DISCARDED.inc()
        elif (held := self._kept.find(entry.key)) is None or held.at <= entry.at:
            if held is not None:
                entry.targets.update(held.targets)
            self._kept.put(entry)
            self._measure()

    def _put(self, key: str, rendered: Rendered, at: int, incarnation: bytes) -> None:
        """Leave a copy for the other processes; the reader does not wait for that."""
        assert self._copies is not None
        if len(self._putting) < PUTS_MAX:
            task = asyncio.create_task(self._copies.put(key, rendered, at, incarnation))
            self._putting.add(task)
            task.add_done_callback(self._putting.discard)

    def _measure(self) -> None:
        SIZE.set(self._kept.size_bytes)
        ENTRIES.set(len(self._kept))


def _entry(key: str, rendered: Rendered, at: int, mark: Watermark, ttl_s: float) -> Entry:
    now = time.monotonic()
    return Entry(
        key=key,
        body=rendered.body,
        tags=rendered.tags,
        status=rendered.status,
        at=at,
        mark=mark,
        expires_at=now + ttl_s,
        refreshes_at=now + ttl_s * REFRESH_AT,
        used_at=now,
    )
