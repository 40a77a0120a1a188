"""A follower: takes one shard of a projection along the log, a batch a transaction."""

import time
from collections.abc import Awaitable, Callable

import asyncpg

from plaza.outbox.read import Stretch, read_stretch
from plaza.outbox.window import ReadStretch
from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Shard, Step, last_step, take_step, trim_steps

BATCH_FACTS_MAX = 500
EMPTY_STEP_INTERVAL_S = 1.0

Announce = Callable[[str, int], Awaitable[None]]
"""Told the projection and the position that its rows now cover, after the commit."""


class Follower:
    """Follows for one live build on a connection of its own."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        projection: Projection,
        shard: Shard,
        tables: BuildTables,
        announce: Announce,
        read: ReadStretch = read_stretch,
    ) -> None:
        self._connection = connection
        self._types = list(projection.events())
        self.shard = shard
        self._tables = tables
        self._announce = announce
        self._read = read
        self._step: Step | None = None
        self._upto = 0
        self._stepped_at = 0.0

    async def advance(self) -> bool:
        """Take the next batch, if there is one.

        Returns:
            Whether the log held anything new; then there may be more.

        Raises:
            Fenced: another follower went on from the same step; begin again from the stored one.
        """
        if self._step is None:
            self._step = await last_step(self._connection, self.shard)
            self._upto = self._step.upto
            await self._announce(self.shard.projection, self._upto)
        stretch = await self._read(self._connection, self._upto, BATCH_FACTS_MAX, self._types)
        if stretch.facts:
            await self._write(self._step, stretch)
        elif self._upto < stretch.upto or self._step.upto < stretch.upto:
            await self._skip(self._step, stretch)
        if stretch.length:
            self._upto = stretch.upto
            await self._announce(self.shard.projection, stretch.upto)
        return stretch.length > 0

    def forget(self) -> None:
        """Begin again from the stored step: after a fence or a failed batch."""
        self._step = None

    async def _write(self, last: Step, stretch: Stretch) -> None:
        async with self._connection.transaction():
            step = await take_step(
                self._connection, self.shard, last, stretch.upto, len(stretch.facts)
            )
            await self._tables.write(self._connection, stretch.facts)
        await self._stepped(step)

    async def _skip(self, last: Step, stretch: Stretch) -> None:
        """Go past facts of other models; that costs a row once a second at most."""
        if time.monotonic() - self._stepped_at >= EMPTY_STEP_INTERVAL_S:
            await self._stepped(
                await take_step(self._connection, self.shard, last, stretch.upto, 0)
            )

    async def _stepped(self, step: Step) -> None:
        self._step, self._stepped_at = step, time.monotonic()
        await trim_steps(self._connection, self.shard, step)
