"""Filling a build from the present state, which is faster than from a long log.

A build that was filled so shows, byte for byte, what it would show had it been told everything.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Literal

import asyncpg

from plaza.kernel.event import Fact
from plaza.kernel.refusals import Conflict
from plaza.outbox.read import read_stretch
from plaza.outbox.snapshot import Moment, Snapshot, begin_snapshot
from plaza.projecting.batch import BuildTables
from plaza.projecting.poison import is_poison
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Shard, last_step, take_step

BATCH_FACTS = 500
POLL_INTERVAL_S = 0.05

SHARDS = """
    SELECT DISTINCT shard FROM projecting.step WHERE projection = $1 AND build = $2 ORDER BY shard
"""
NOTE_SEEN = """
    INSERT INTO projecting.seen_fact (projection, build, id)
    SELECT $1, $2, id FROM unnest($3::bigint[]) AS id
"""
SEEN = "SELECT id FROM projecting.seen_fact WHERE projection = $1 AND build = $2"
FORGET_SEEN = f"{SEEN.replace('SELECT id', 'DELETE')} AND id = ANY ($3::bigint[])"

Source = Literal["log", "snapshot"]
"""What a build is filled from."""


class NotInSnapshots(Conflict):
    code = "not_in_snapshots"
    title = "The present state does not tell what it shows"


class SnapshotNotApplied(Conflict):
    code = "snapshot_not_applied"
    title = "What the present state tells cannot be applied"


def check_told(projection: Projection, snapshots: Iterable[Snapshot]) -> None:
    """See that the present state tells something of each document.

    Raises:
        NotInSnapshots: it does not.
    """
    told = {kind for snapshot in snapshots for source in snapshot.sources for kind in source.tells}
    for document in projection.documents:
        if told.isdisjoint(document.on):
            message = (
                f"No context tells of {document.table} in its snapshot, so that {projection.name} "
                "can be built from the log only: rebuild it without `--from snapshots`."
            )
            raise NotInSnapshots(message)


async def build_from_snapshots(
    connection: asyncpg.Connection,
    projection: Projection,
    build: int,
    snapshots: Iterable[Snapshot],
    reached: Callable[[int], None] = lambda _: None,
) -> int:
    """Fill a build that is as it was made, or go on where somebody else was cut off.

    Nobody follows for the build before this is over; afterwards it is followed as any other.

    Args:
        connection: that may write the build's tables.
        projection: whose build it is.
        build: which nobody reads.
        snapshots: what tells the present state.
        reached: told of how many facts it was told so far.

    Returns:
        The position up to which it shows the log.

    Raises:
        SnapshotNotApplied: a fact cannot be; nothing is filled then.
    """
    shards = await _shards(connection, projection, build)
    if max([(await last_step(connection, shard)).number for shard in shards]) == 0:
        await _fill(connection, projection, shards, snapshots, reached)
    return await _pass_seen(connection, projection, shards)


async def _shards(
    connection: asyncpg.Connection, projection: Projection, build: int
) -> list[Shard]:
    rows = await connection.fetch(SHARDS, projection.name, build)
    return [Shard(projection.name, build, row["shard"]) for row in rows]


async def _fill(
    connection: asyncpg.Connection,
    projection: Projection,
    shards: Sequence[Shard],
    snapshots: Iterable[Snapshot],
    reached: Callable[[int], None],
) -> None:
    """Write it all in one transaction: who is cut off leaves the build as empty as it was."""
    build = shards[0].build
    tables = await BuildTables.of(connection, projection, build)
    async with connection.transaction(isolation="repeatable_read"):
        moment = await begin_snapshot(connection)
        await _step(connection, shards, moment.position, facts=0)
        await connection.execute(NOTE_SEEN, projection.name, build, moment.unsequenced)
        written = 0
        async for batch in _batches(connection, moment, projection, snapshots):
            await _write(connection, projection, tables, batch)
            written += len(batch)
            reached(written)


async def _write(
    connection: asyncpg.Connection, projection: Projection, tables: BuildTables, batch: list[Fact]
) -> None:
    try:
        await tables.write(connection, batch)
    except Exception as error:
        if not is_poison(error):
            raise
        message = (
            f"{projection.name} cannot be built from snapshots: {type(error).__name__}: {error}. "
            f"Drop what was begun by `plaza projections retire {projection.name}`."
        )
        raise SnapshotNotApplied(message) from error


async def _batches(
    connection: asyncpg.Connection,
    moment: Moment,
    projection: Projection,
    snapshots: Iterable[Snapshot],
) -> AsyncIterator[list[Fact]]:
    """All facts of the snapshots; those of one aggregate are never torn apart."""
    wanted = projection.events()
    counts = any(document.is_told_once for document in projection.documents)
    batch: list[Fact] = []
    for snapshot in snapshots:
        async for facts in snapshot(connection, moment, wanted, with_history=counts):
            batch += facts
            if len(batch) >= BATCH_FACTS:
                yield batch
                batch = []
    if batch:
        yield batch


async def _pass_seen(
    connection: asyncpg.Connection, projection: Projection, shards: Sequence[Shard]
) -> int:
    """Go along the log until all that the snapshot has seen lies behind, skipping just that."""
    tables = await BuildTables.of(connection, projection, shards[0].build)
    place = projection.name, shards[0].build
    while seen := {row["id"] for row in await connection.fetch(SEEN, *place)}:
        upto = (await last_step(connection, shards[0])).upto
        stretch = await read_stretch(connection, upto, BATCH_FACTS, None)
        if not stretch.length:
            await asyncio.sleep(POLL_INTERVAL_S)
            continue
        types = projection.events()
        facts = [fact for fact in stretch.facts if fact.type in types and fact.id not in seen]
        async with connection.transaction():
            await _step(connection, shards, stretch.upto, len(facts))
            passed = [fact.id for fact in stretch.facts]
            await connection.execute(FORGET_SEEN, *place, passed)
            if facts:
                await tables.write(connection, facts)
    return (await last_step(connection, shards[0])).upto


async def _step(
    connection: asyncpg.Connection, shards: Sequence[Shard], upto: int, facts: int
) -> None:
    for shard in shards:
        last = await last_step(connection, shard)
        await take_step(connection, shard, last, upto, facts)
