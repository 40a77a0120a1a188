"""Sequencers that are killed at random and begin again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Protocol

import asyncpg
import msgspec

from plaza.outbox.sequencer import Sequencer, rest_s
from plaza.projecting.host import CONNECTION_LOST, IDLE_TICK_INTERVAL_S

FLOOR_INTERVAL_S = 0.1
# asyncpg meets some ends of a connection in a state that it does not know.
ENDED = (*CONNECTION_LOST, asyncpg.InternalClientError)


class Ticked(msgspec.Struct, frozen=True):
    """A tick that placed events."""

    done_at: float
    upto: int
    duration_s: float


class Sequencers(Protocol):
    """Two of them, for as long as the block lasts that they are opened for."""

    kills: int

    def spare(self) -> None:
        """Kill none any more."""

    def ticks(self) -> list[Ticked]:
        """What they placed."""


async def sequence(connection: asyncpg.Connection, note: Callable[[Ticked], object]) -> None:
    """Tick as the projector does while commands ring all the time, until the connection is lost."""
    sequencer = Sequencer(connection, floor_interval_s=FLOOR_INTERVAL_S)
    await sequencer.start()
    stored_at = 0.0
    while True:
        begun_at = time.monotonic()
        idle = begun_at - stored_at >= IDLE_TICK_INTERVAL_S
        upto = await sequencer.tick(even_if_idle=idle)
        done_at = time.monotonic()
        if upto is not None:
            note(Ticked(done_at=done_at, upto=upto, duration_s=done_at - begun_at))
        if upto is not None or idle:
            stored_at = done_at
        await asyncio.sleep(rest_s(done_at - begun_at))


class TerminatedSequencers:
    """In tasks of this process; their connections are ended by the server."""

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], seed: int, interval_s: float
    ) -> None:
        self.kills = 0
        self._connect = connect
        self._choice = Random(f"{seed}/terminating")  # noqa: S311  no secret
        self._interval_s = interval_s
        self._ticks: list[Ticked] = []
        self._backends: dict[int, int] = {}
        self._sparing = interval_s == 0

    def spare(self) -> None:
        self._sparing = True

    def ticks(self) -> list[Ticked]:
        return self._ticks

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Sequencers]:
        async with asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(self._sequence_for_ever(number)) for number in range(2)]
            loops.append(tasks.create_task(self._terminate_for_ever()))
            yield self
            for loop in loops:
                loop.cancel()

    async def _sequence_for_ever(self, number: int) -> None:
        while True:
            connection = await self._connect()
            self._backends[number] = connection.get_server_pid()
            try:
                with suppress(*ENDED):
                    await sequence(connection, self._ticks.append)
            finally:
                connection.terminate()

    async def _terminate_for_ever(self) -> None:
        connection = await self._connect()
        try:
            while not self._sparing:
                await asyncio.sleep(self._choice.uniform(0, 2 * self._interval_s))
                backend = self._backends[self._choice.randrange(2)]
                await connection.execute("SELECT pg_terminate_backend($1)", backend)
                self.kills += 1
        finally:
            connection.terminate()
