"""A follower: takes one shard of a projection along the log, a batch a transaction."""

import time
from collections.abc import Awaitable, Callable, Collection

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.channels import everything
from plaza.outbox.read import Stretch, WithUnknown, read_stretch
from plaza.outbox.window import ReadStretch
from plaza.projecting.announcer import Announcing
from plaza.projecting.batch import BuildTables
from plaza.projecting.batch_statement import write_at_once
from plaza.projecting.parked import Key
from plaza.projecting.parking import Parking, TooMuchPoison
from plaza.projecting.poison import is_poison
from plaza.projecting.projection import Projection
from plaza.projecting.retrying import Retrying
from plaza.projecting.standstill import Standstill
from plaza.projecting.steps import UNTOLD, Shard, Step, last_step, next_step, take_step, trim_steps

BATCH_FACTS_MAX = 500
EMPTY_STEP_INTERVAL_S = 1.0
UNHEARD_STEP_INTERVAL_S = 0.2
"""Where Redis is away, steps alone tell readers who wait; by default they do so for a second."""

Write = Callable[[asyncpg.Connection, list[Fact]], Awaitable[set[str]]]


class Follower:
    """Follows for one live build on a connection of its own.

    Attributes:
        rest_s: how long to wait before the next batch: in proportion to what the last one took, so
            that batches grow under load and each fact costs less; 0 where there is certainly more.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        projection: Projection,
        shard: Shard,
        tables: BuildTables,
        announcer: Announcing,
        read: ReadStretch = read_stretch,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._parking = Parking(shard, projection, tables)
        self._retrying = Retrying(shard, tables, self._parking)
        self._standstill = Standstill(shard)
        self._types = WithUnknown(projection.events(), self._parking.subscriptions.known)
        self._is_tagged = projection.is_tagged
        self._rest_ratio = projection.rest_ratio
        self._rest_s_max = projection.rest_s_max
        self.shard = shard
        self._announcer = announcer
        self._read = read
        self._step: Step | None = None
        self._upto = 0
        self._stepped_at = 0.0
        self.rest_s = 0.0

    async def advance(self) -> bool:
        """Take the next batch, if there is one.

        Returns:
            Whether the log held anything new; then there may be more.

        Raises:
            Fenced: another follower went on from the same step; begin again from the stored one.
        """
        if self._step is None:
            self._step = await self._take_over()
        self.rest_s = 0.0
        # Also while it stands still, since what is parked does not go on by itself.
        due = await self._retrying.due(self._connection)
        if due is not None:
            self._step = await self._retry(self._step, due)
        if await self._standstill.holds(self._connection):
            return due is not None
        try:
            return await self._go_on(self._step) or due is not None
        except TooMuchPoison as error:
            await self._standstill.stop(self._connection, error)
            return False

    async def _go_on(self, last: Step) -> bool:
        stretch = await self._read(self._connection, self._upto, BATCH_FACTS_MAX, self._types)
        changed: Collection[str] = ()
        if stretch.facts:
            began = time.monotonic()
            changed = await self._write(last, stretch)
            if stretch.length < BATCH_FACTS_MAX:
                self.rest_s = min((time.monotonic() - began) * self._rest_ratio, self._rest_s_max)
        elif self._is_behind(last, stretch):
            await self._skip(last, stretch)
        if stretch.length:
            self._upto = stretch.upto
            self._announcer.committed(changed, stretch.upto)
        return stretch.length > 0

    def forget(self) -> None:
        """Begin again from the stored step: after a fence or a failed batch."""
        self._step = None

    async def _take_over(self) -> Step:
        """Go on from the stored step, which may be another follower's.

        What it wrote and may not have told is told in its place. What the rows were before (the
        slug that a product had, the category it stood in) is no longer known: if there is any such
        fact at all, everything that was made of the projection is touched.
        """
        step = await last_step(self._connection, self.shard)
        await self._parking.load(self._connection)
        await self._standstill.load(self._connection)
        self._retrying.begin()
        self._upto = step.upto
        self._announcer.took_over(step.copied)
        if step.copied == UNTOLD:
            self._announcer.committed((), step.upto)
            self._announcer.changed({everything(self.shard.projection)} if self._is_tagged else ())
        else:
            changed = await self._changed_in(step.copied, step.upto)
            self._announcer.committed(changed, step.upto)
        return step

    async def _changed_in(self, after: int, upto: int) -> Collection[str]:
        if not self._is_tagged:
            return ()
        while after < upto:
            limit = min(upto - after, BATCH_FACTS_MAX)
            stretch = await read_stretch(self._connection, after, limit, self._types)
            if stretch.facts:
                return {everything(self.shard.projection)}
            after = stretch.upto
        return ()

    def _is_behind(self, last: Step, stretch: Stretch) -> bool:
        """Whether there is something that the stored step does not say yet."""
        is_untold = self._is_tagged and last.copied < self._announcer.copied
        return last.upto < stretch.upto or is_untold

    async def _write(self, last: Step, stretch: Stretch) -> Collection[str]:
        """Write a batch, if need be without what fails in it; the tags of what it changed."""
        try:
            if self._parking.concerns(stretch.facts) or self._tables.is_noting:
                return await self._write_by(self._parking.write, last, stretch)
            return await self._write_at_once(last, stretch)
        except Exception as error:
            if not is_poison(error):
                raise
        return await self._write_by(self._parking.write_singly, last, stretch)

    async def _write_at_once(self, last: Step, stretch: Stretch) -> Collection[str]:
        copied = self._announcer.copied
        wanted = next_step(self.shard, last, stretch.upto, len(stretch.facts), copied)
        step, changed = await write_at_once(self._connection, self._tables, wanted, stretch.facts)
        await self._standstill.went_on(self._connection)
        await self._stepped(step)
        return changed

    async def _write_by(self, write: Write, last: Step, stretch: Stretch) -> Collection[str]:
        async with self._connection.transaction():
            step = await self._take(last, stretch)
            changed = await write(self._connection, stretch.facts)
        await self._standstill.went_on(self._connection)
        await self._stepped(step)
        return changed

    async def _retry(self, last: Step, key: Key) -> Step:
        """Try a parked document again, and tell whoever shows it."""
        async with self._connection.transaction():
            step = await take_step(self._connection, self.shard, last, self._upto, 0, UNTOLD)
            changed = await self._retrying.retry(self._connection, key, self._upto)
        await self._stepped(step)
        if changed is not None:
            self._retrying.released(key)
            self._announcer.changed(changed)
        return step

    async def _skip(self, last: Step, stretch: Stretch) -> None:
        """Go past facts of other models; where Redis tells of it, a row a second is enough."""
        is_heard = self._announcer.is_heard
        interval_s = EMPTY_STEP_INTERVAL_S if is_heard else UNHEARD_STEP_INTERVAL_S
        if time.monotonic() - self._stepped_at >= interval_s:
            await self._stepped(await self._take(last, stretch))

    async def _take(self, last: Step, stretch: Stretch) -> Step:
        copied = self._announcer.copied
        return await take_step(
            self._connection, self.shard, last, stretch.upto, len(stretch.facts), copied
        )

    async def _stepped(self, step: Step) -> None:
        self._step, self._stepped_at = step, time.monotonic()
        await trim_steps(self._connection, self.shard, step)
