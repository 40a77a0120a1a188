"""Writing documents anew as the log says, under the build's next step, and no others."""

from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.auditing import Place, parked_of, unsettled
from plaza.projecting.batch import BuildTables
from plaza.projecting.keyed import These
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import Replay
from plaza.projecting.steps import UNTOLD, Fenced, Shard, Step, last_step, take_step

ATTEMPTS = 10

SHARDS = "SELECT shards FROM projecting.build WHERE projection = $1 AND build = $2"


class Taken(NamedTuple):
    """The step under which a shard was written to, and up to where it was told of before."""

    shard: Shard
    step: Step
    copied: int


class Repaired(msgspec.Struct, frozen=True):
    """What was written.

    Attributes:
        tags: of what changed, to be touched behind the position `upto`.
    """

    places: set[Place]
    tags: set[str]
    upto: int
    taken: list[Taken]


class Repair:
    """Puts documents of one build right."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        projection: Projection,
        build: int,
        tables: BuildTables,
    ) -> None:
        self._connection = connection
        self._projection = projection
        self._build = build
        self._tables = tables

    async def mend(self, places: Collection[Place]) -> Repaired:
        """Write the documents anew; such as nothing can be said of are left as they are.

        The log is read before the step is taken, so that followers wait for what was told
        meanwhile only.

        Raises:
            Fenced: followers were faster each time.
            LogIncomplete: the log does not begin at its start any more.
        """
        replay = Replay(self._projection, These.of({key for _, key in places}))
        for _ in range(ATTEMPTS):
            steps = await self._steps()
            await replay.go_to(self._connection, max(step.upto for step in steps))
            try:
                async with self._connection.transaction():
                    return await self._write(steps, replay, places)
            except Fenced:
                continue
        raise Fenced

    async def told(self, repaired: Repaired) -> None:
        """Store that Redis was told, so that no follower has to touch everything instead.

        A follower that has gone on meanwhile has done so already.
        """
        for shard, step, copied in repaired.taken:
            with suppress(Fenced):
                await take_step(self._connection, shard, step, step.upto, 0, copied)

    async def _write(
        self, steps: list[Step], replay: Replay, places: Collection[Place]
    ) -> Repaired:
        taken = []
        for shard, last in zip(self._shards(len(steps)), steps, strict=True):
            step = await take_step(self._connection, shard, last, last.upto, 0, UNTOLD)
            taken.append(Taken(shard, step, last.copied))
        parked = await parked_of(self._connection, self._projection, self._build)
        left = unsettled(replay, min(step.upto for step in steps))
        mended = {*places} - parked - {*left}
        tags = await self._restore(replay, mended)
        upto = max(step.upto for step in steps)
        await self._tables.note(self._connection, tags, upto + 1)
        return Repaired(mended, tags, upto, taken)

    async def _restore(self, replay: Replay, mended: set[Place]) -> set[str]:
        keys: dict[str, set[UUID]] = defaultdict(set)
        for name, key in mended:
            keys[name].add(key)
        tags: set[str] = set()
        for table in self._tables.documents:
            of_table = keys[table.document.table]
            held = replay.held[table.document.table]
            wanted = {key: held[key] for key in of_table if key in held}
            if of_table:
                tags |= await table.restore(self._connection, of_table, wanted)
        return tags

    async def _steps(self) -> list[Step]:
        count = await self._connection.fetchval(SHARDS, self._projection.name, self._build)
        return [await last_step(self._connection, shard) for shard in self._shards(count)]

    def _shards(self, count: int) -> list[Shard]:
        return [Shard(self._projection.name, self._build, shard) for shard in range(count)]
