"""A log of one test's own: its database, connections to it, and things to change."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.read import read_stretch
from plaza.outbox.sequencer import Sequencer
from plaza.settings import Settings
from soaking.things import begin_as_commands_do, change

THINGS = "SELECT id FROM soaking.thing ORDER BY id"
STRETCH = 10_000


@dataclass
class Log:
    settings: Settings
    connection: asyncpg.Connection
    """The owner's."""
    things: list[UUID]
    opened: list[asyncpg.Connection] = field(default_factory=list)

    async def connect(self, role: str = "plaza_owner") -> asyncpg.Connection:
        """One more connection, closed when the test is over."""
        url = self.settings.database_url
        connection = await asyncpg.connect(url, server_settings={"role": role})
        self.opened.append(connection)
        return connection

    async def writer(self) -> asyncpg.Connection:
        """A connection as commands have it."""
        return await self.connect("plaza_app")

    async def sequencer(self, **options: Any) -> Sequencer:
        """A sequencer on a connection of its own, ready to tick."""
        sequencer = Sequencer(await self.connect(), **options)
        await sequencer.start()
        return sequencer

    @asynccontextmanager
    async def command(self) -> AsyncIterator[asyncpg.Connection]:
        """An open transaction that has its xid, committed at the end of the block."""
        writer = await self.writer()
        async with writer.transaction():
            await begin_as_commands_do(writer)
            yield writer

    async def commits(self, count: int = 1, thing: int = 0) -> list[int]:
        """The ids of events that one committed command appended."""
        async with self.command() as writer:
            return await change(writer, self.things[thing], count)

    async def facts(self, after: int = 0) -> list[Fact]:
        """What a reader sees behind a position; the positions have no holes."""
        stretch = await read_stretch(self.connection, after, STRETCH, None)
        positions = [fact.position for fact in stretch.facts]
        assert positions == list(range(after + 1, after + 1 + len(positions)))
        return stretch.facts

    async def placed(self, after: int = 0) -> list[int]:
        """The ids of the events that a reader sees behind a position, in their order."""
        return [fact.id for fact in await self.facts(after)]


@asynccontextmanager
async def opened_log(settings: Settings) -> AsyncIterator[Log]:
    """Open a log that has its tables and things."""
    connection = await asyncpg.connect(settings.database_url)
    log = Log(settings, connection, [row["id"] for row in await connection.fetch(THINGS)])
    try:
        await Sequencer(connection).start()
        yield log
    finally:
        for one in [connection, *log.opened]:
            await one.close()


async def until(happened: Callable[[], Awaitable[bool]], timeout_s: float = 10) -> None:
    """Wait for something to happen."""
    async with asyncio.timeout(timeout_s):
        while not await happened():  # noqa: ASYNC110  the database rings no bell
            await asyncio.sleep(0.01)
