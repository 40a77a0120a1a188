"""The order of the log under stress: writers, killed sequencers, a reader, and the verdict."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from itertools import accumulate
from uuid import UUID

import asyncpg
import msgspec

from plaza.outbox.partitions import ensure_partitions
from plaza.settings import Settings
from soaking.following import Reader
from soaking.sequencers import Sequencers, Ticked
from soaking.things import make_things
from soaking.verdict import Verdict, verdict
from soaking.writers import Known, Writers

THINGS = 8
CATCH_UP_TIMEOUT_S = 20
UPKEEP_INTERVAL_S = 0.2


class Stress(msgspec.Struct, frozen=True, kw_only=True):
    """How hard the log is tried."""

    seconds: float
    writers: int
    held_s: float
    """How long one more writer keeps each of its transactions open."""
    seed: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    verdict: Verdict
    kills: int
    floor: int
    commit_to_sequenced_ms: Sequence[float]
    """From sending COMMIT until the tick that placed the event had committed."""
    tick_ms: Sequence[float]
    """Of each tick that placed anything."""


async def stressed(
    settings: Settings,
    stress: Stress,
    open_sequencers: Callable[[], AbstractAsyncContextManager[Sequencers]],
) -> Outcome:
    """Try the order of a log that nobody else writes to."""
    async with _owner(settings) as connection:
        *things, held = await make_things(connection, THINGS + 1)
        reader = Reader(connection)
        writers = Writers(partial(_as_commands, settings), things, stress.seed)
        written = asyncio.Event()

        def seen_all() -> bool:
            # While writers write, it is never enough.
            return written.is_set() and len(reader.seen) >= len(writers.known.commit_sent_at)

        async with (
            open_sequencers() as sequencers,
            _upkeep(settings),
            asyncio.TaskGroup() as following,
        ):
            reading = following.create_task(reader.read_until(seen_all))
            await _written(writers, stress, held)
            sequencers.spare()
            written.set()
            # What comes later than this is lost.
            await asyncio.wait([reading], timeout=CATCH_UP_TIMEOUT_S)
            reading.cancel()
        floor = await connection.fetchval("SELECT max(floor) FROM outbox.tick")
    return _outcome(writers.known, reader, sequencers, floor)


async def _as_commands(settings: Settings) -> asyncpg.Connection:
    return await asyncpg.connect(settings.database_url, server_settings={"role": "plaza_app"})


@asynccontextmanager
async def _owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database_url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _upkeep(settings: Settings) -> AsyncIterator[None]:
    """Make partitions while the writers fill them."""

    async def ensure_for_ever() -> None:
        async with _owner(settings) as connection:
            while True:
                await ensure_partitions(connection, settings.outbox_partition_size)
                await asyncio.sleep(UPKEEP_INTERVAL_S)

    async with asyncio.TaskGroup() as tasks:
        ensuring = tasks.create_task(ensure_for_ever())
        yield
        ensuring.cancel()


async def _written(writers: Writers, stress: Stress, held: UUID) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(stress.writers):
            tasks.create_task(writers.write(number))
        tasks.create_task(writers.hold(held, stress.held_s))
        await asyncio.sleep(stress.seconds)
        writers.stop()


def _outcome(known: Known, reader: Reader, sequencers: Sequencers, floor: int) -> Outcome:
    ticks = sequencers.ticks()
    return Outcome(
        verdict=verdict(known, reader.seen),
        kills=sequencers.kills,
        floor=floor,
        commit_to_sequenced_ms=_latencies_ms(known, reader, ticks),
        tick_ms=[tick.duration_s * 1000 for tick in ticks],
    )


def _latencies_ms(known: Known, reader: Reader, ticks: Sequence[Ticked]) -> list[float]:
    """By the first note that covers an event, as a sequencer may be killed before its own."""
    ticks = sorted(ticks, key=lambda tick: tick.done_at)
    covered = list(accumulate((tick.upto for tick in ticks), max))
    latencies_ms = []
    for fact in reader.seen:
        noted = bisect_left(covered, fact.position)
        if noted < len(ticks) and fact.id in known.commit_sent_at:
            latencies_ms.append((ticks[noted].done_at - known.commit_sent_at[fact.id]) * 1000)
    return latencies_ms
