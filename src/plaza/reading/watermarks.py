"""How far each read model has come, known to a process without asking at every read."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping

import asyncpg
import msgspec
import structlog

from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.outbox.channels import Pushed
from plaza.reading.shard_marks import ShardMarks

POLL_INTERVAL_S = 0.25
WAITED_POLL_INTERVAL_S = 0.05
POLL_TIMEOUT_S = 3.0
SETTLING_S = 1.0

STEPS = """
    SELECT b.projection, b.build, b.shards, (SELECT min(coalesce(
        (SELECT upto FROM projecting.step s
            WHERE s.projection = b.projection AND s.build = b.build AND s.shard = shards.shard
            ORDER BY number DESC LIMIT 1), 0))
        FROM generate_series(0, b.shards - 1) AS shards (shard)) AS upto
    FROM projecting.build b WHERE status = 'live'
"""

# The age of the oldest event that a position does not cover, those among them that no sequencer
# has placed yet: a dead one does not read as no lag.
LAGS = """
    WITH unplaced AS MATERIALIZED (SELECT oldest_at FROM outbox.unsequenced($3))
    SELECT w.projection, greatest(0, coalesce(extract(epoch FROM clock_timestamp() - least(
        unplaced.oldest_at,
        (SELECT e.created_at FROM outbox.event e WHERE e.id = (
            SELECT p.id FROM outbox.position p WHERE p.position > w.upto
            ORDER BY p.position LIMIT 1)))), 0))::float8 * 1000 AS lag_ms
    FROM unnest($1::text[], $2::bigint[]) AS w (projection, upto), unplaced
"""
LOOKED_AT_MAX = 1_000
"""How many events without a position are searched for the oldest."""

log = structlog.get_logger()


class Watermark(msgspec.Struct):
    """One read model's place."""

    position: int = 0
    lag_ms: int = 0
    known_at: float = msgspec.field(default_factory=time.monotonic)
    pushed: int = 0
    """The largest position pushed on the present connection: what changed up to it is known."""
    settled: int = 0
    """Known for a second at least: by then it is pushed too, unless a projector cannot reach Redis
    or pushes are lost. What is kept in memory has to cover it."""
    settling: int = 0


class Watermarks:
    """Watermarks that followers push, and that are polled too, since a push may be lost.

    They are polled more often while somebody waits.

    Attributes:
        moves: how often anything has moved; noted before a question whose answer a move changes.
        is_away: whether PostgreSQL did not answer when it was polled last.
        is_hurried: whether nobody may wait any longer.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._marks: dict[str, Watermark] = {}
        self._shards = ShardMarks()
        self._moved = asyncio.Condition()
        self._settled_at = 0.0
        self._waiting = 0
        self._waited_for = asyncio.Event()
        self.moves = 0
        self.is_away = False
        self.is_hurried = False

    def of(self, projection: str) -> Watermark:
        return self._marks.setdefault(projection, Watermark())

    def all(self) -> dict[str, Watermark]:
        return self._marks

    async def reached(self, projection: str, position: int, deadline: float) -> bool:
        """Wait until a read model covers a position; False when the deadline passes first."""
        if self.of(projection).position >= position:
            return True
        try:
            async with asyncio.timeout_at(deadline), self._noted(), self._moved:
                await self._moved.wait_for(
                    lambda: self.is_hurried or self.of(projection).position >= position
                )
        except TimeoutError:
            return False
        return self.of(projection).position >= position

    @contextlib.asynccontextmanager
    async def _noted(self) -> AsyncIterator[None]:
        """Have it polled more often while somebody is in here."""
        self._waiting += 1
        self._waited_for.set()
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._waited_for.clear()

    async def moved_since(self, moves: int, deadline: float) -> None:
        """Wait until anything has moved after that many moves, or the deadline."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline), self._moved:
                await self._moved.wait_for(lambda: self.is_hurried or self.moves != moves)

    async def hurry(self) -> None:
        """Let nobody wait from now on: the process ends, and what waits would be cut off."""
        self.is_hurried = True
        async with self._moved:
            self._moved.notify_all()

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                async with asyncio.timeout(POLL_TIMEOUT_S):
                    await self.poll()
            except DATABASE_ERRORS as error:
                log.warning("watermarks_unknown", error=repr(error))
                self.is_away = True
                self._age()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_INTERVAL_S):
                    await asyncio.sleep(WAITED_POLL_INTERVAL_S)
                    await self._waited_for.wait()

    async def take(self, pushed: Pushed) -> None:
        """Followers say how far they have come; what they changed was told before."""
        positions = self._shards.least(pushed.positions)
        for projection, position in positions.items():
            mark = self.of(projection)
            mark.pushed = max(mark.pushed, position)
        await self._set(positions)

    def forget_pushes(self) -> None:
        """The connection that they came on is lost, and what was told on it with it."""
        for mark in self._marks.values():
            mark.pushed = 0
        self._shards.forget()

    async def poll(self) -> None:
        """Ask the database once."""
        async with self._pool.acquire() as connection:
            steps = await connection.fetch(STEPS)
            for row in steps:
                self._shards.is_live(row["projection"], row["build"], row["shards"])
            await self._set({row["projection"]: row["upto"] or 0 for row in steps})
            names = list(self._marks)
            positions = [self._marks[name].position for name in names]
            for row in await connection.fetch(LAGS, names, positions, LOOKED_AT_MAX):
                mark = self._marks[row["projection"]]
                mark.lag_ms, mark.known_at = int(row["lag_ms"]), time.monotonic()
        self.is_away = False
        self._settle()

    def _settle(self) -> None:
        if time.monotonic() - self._settled_at >= SETTLING_S:
            self._settled_at = time.monotonic()
            for mark in self._marks.values():
                mark.settled, mark.settling = mark.settling, mark.position

    def _age(self) -> None:
        """Without an answer the lag grows with the time."""
        now = time.monotonic()
        for mark in self._marks.values():
            mark.lag_ms += int((now - mark.known_at) * 1000)
            mark.known_at = now

    async def _set(self, positions: Mapping[str, int]) -> None:
        has_moved = False
        for projection, position in positions.items():
            mark = self.of(projection)
            if position > mark.position:
                mark.position, has_moved = position, True
        if has_moved:
            self.moves += 1
            async with self._moved:
                self._moved.notify_all()
