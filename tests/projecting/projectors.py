"""Projector processes as `plaza up` starts them, and a load for them to work on."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import asyncpg

from plaza.bootstrap import PROCESSES, PROJECTIONS
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from projecting.log import tell
from read_models.chatter import Chatter
from read_models.replay import is_told_of, replayed_log, rows_in

FACTS_TOLD_AT_ONCE = 20
TOLD_EVERY_S = 0.02
POLL_INTERVAL_S = 0.01
READY_WITHIN_S = 60.0

HEAD = "SELECT count(*) FROM outbox.event"

BEHIND = """
    SELECT count(*) FROM projecting.build b WHERE status = 'live' AND $1 > (
        SELECT max(upto) FROM projecting.step s WHERE s.projection = b.projection)
"""

STEPS = """
    SELECT projection, max(number) AS number FROM projecting.step GROUP BY projection
"""

FACTS_PROJECTED = "SELECT coalesce(sum(facts), 0) FROM projecting.step"

# How many followers the process has that has most of them, and how many there are in all.
SHARED = """
    SELECT max(held) AS most, sum(held) AS held FROM (
        SELECT count(*) AS held FROM pg_locks JOIN projecting.member USING (pid)
        WHERE locktype = 'advisory' AND granted GROUP BY pid)
"""


class Projectors:
    """Projector processes on one database."""

    def __init__(self, settings: Settings, connection: asyncpg.Connection) -> None:
        self._settings = settings
        self._connection = connection
        self._started: list[Process] = []

    async def start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            *commands(self._settings)["projector"], env=environment(self._settings)
        )
        self._started.append(process)
        return process

    async def ready(self, processes: int) -> None:
        """Wait until so many processes share all followers evenly."""
        followers = len(PROJECTIONS) + len(PROCESSES)
        shared = (-(-followers // processes), followers)
        async with asyncio.timeout(READY_WITHIN_S):
            while tuple(await self._connection.fetchrow(SHARED) or ()) != shared:  # noqa: ASYNC110
                await asyncio.sleep(POLL_INTERVAL_S)

    async def projected(self, facts: int) -> None:
        """Wait until so many facts have been written into read models, each model's counted."""
        await self.until(FACTS_PROJECTED, at_least=facts)

    async def facts_projected(self) -> int:
        return int(await self._connection.fetchval(FACTS_PROJECTED))

    async def caught_up(self) -> None:
        """Wait until every read model and process has passed all that was told before."""
        head = await self._connection.fetchval(HEAD)
        async with asyncio.timeout(20):
            while await self._connection.fetchval(BEHIND, head):  # noqa: ASYNC110  it only answers
                await asyncio.sleep(POLL_INTERVAL_S)

    async def steps(self) -> dict[str, int]:
        """The last step's number by read model and process."""
        return {row["projection"]: row["number"] for row in await self._connection.fetch(STEPS)}

    async def went_on(self, behind: dict[str, int]) -> None:
        """Wait until each of them has taken a further step."""
        async with asyncio.timeout(20):
            while behind.items() & (await self.steps()).items():  # noqa: ASYNC110  as below
                await asyncio.sleep(POLL_INTERVAL_S)

    async def until(self, question: str, *, at_least: int) -> None:
        async with asyncio.timeout(20):
            while await self._connection.fetchval(question) < at_least:  # noqa: ASYNC110  as above
                await asyncio.sleep(POLL_INTERVAL_S)

    async def end(self) -> None:
        for process in self._started:
            if process.returncode is None:
                process.kill()
            await process.wait()


@asynccontextmanager
async def told_without_end(connection: asyncpg.Connection, seed: int) -> AsyncIterator[None]:
    """Tell the log what concerns all read models, until left."""
    stopping = asyncio.Event()
    telling = asyncio.create_task(_tell_until(connection, seed, stopping))
    try:
        yield
    finally:
        stopping.set()
        await telling


async def _tell_until(connection: asyncpg.Connection, seed: int, stopping: asyncio.Event) -> None:
    chatter = Chatter(Random(seed), *PROJECTIONS)  # noqa: S311  no secret
    while not stopping.is_set():
        await tell(connection, *chatter.tells(FACTS_TOLD_AT_ONCE))
        await asyncio.sleep(TOLD_EVERY_S)


async def assert_exact(connection: asyncpg.Connection) -> None:
    """Every read model shows what a single-threaded replay of its facts shows."""
    for projection in PROJECTIONS:
        shown = await rows_in(connection, projection)
        # By chance nothing of it may be for anybody's eyes in the end; something was told of it.
        assert await is_told_of(connection, projection), projection.name
        assert shown == await replayed_log(connection, projection), projection.name
