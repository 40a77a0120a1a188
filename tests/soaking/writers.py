"""Many writers at once, doing to the log whatever commands do to it, and some of it worse."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import asyncpg

from soaking.things import ThingChanged, append, begin_as_commands_do, bump, change

ROLLED_BACK_SHARE = 0.1
SAVEPOINT_ROLLED_BACK_SHARE = 0.1
SAVEPOINT_RELEASED_SHARE = 0.1
PAUSE_SHARE = 0.1
PAUSE_S_MAX = 0.02
EVENTS_PER_CHANGE_MAX = 3
THINGS_PER_CHANGE_MAX = 2

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class ChangedItsMind(Exception):  # noqa: N818  what a writer rolls back by
    """Rolls back what it is raised in."""


@dataclass
class Known:
    """What the writers know: the truth that the log is held to."""

    commit_sent_at: dict[int, float] = field(default_factory=dict)
    """By the id of each event whose transaction was committed."""
    undone: set[int] = field(default_factory=set)
    """Ids of events that were rolled back."""


class Writers:
    """The writers, and what they know together."""

    def __init__(self, connect: Connect, things: list[UUID], seed: int) -> None:
        self.known = Known()
        self._connect = connect
        self._things = things
        self._seed = seed
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let each end with the transaction that it is in."""
        self._stopping.set()

    async def write(self, number: int) -> None:
        """Change things until stopped."""
        choice = Random(f"{self._seed}/{number}")  # noqa: S311  no secret
        async with self._connected() as connection:
            while not self._stopping.is_set():
                await self._change(connection, choice)
                if choice.random() < PAUSE_SHARE:
                    await asyncio.sleep(choice.uniform(0, PAUSE_S_MAX))

    async def hold(self, thing: UUID, held_s: float) -> None:
        """Change a thing that nobody else changes, in transactions that stay open for seconds."""
        async with self._connected() as connection:
            while not self._stopping.is_set():
                async with connection.transaction():
                    await begin_as_commands_do(connection)
                    # Commands append once: a second time, this transaction would not know the
                    # partitions that were attached since it first locked the log.
                    ids = await change(connection, thing, EVENTS_PER_CHANGE_MAX)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), held_s)
                    sent_at = time.monotonic()
                self._committed(ids, sent_at)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self._connect()
        try:
            yield connection
        finally:
            connection.terminate()

    async def _change(self, connection: asyncpg.Connection, choice: Random) -> None:
        # In one order, as commands lock, so that they wait for each other and never deadlock.
        things = sorted(choice.sample(self._things, choice.randint(1, THINGS_PER_CHANGE_MAX)))
        with suppress(ChangedItsMind):
            async with connection.transaction():
                await begin_as_commands_do(connection)
                if choice.random() < SAVEPOINT_ROLLED_BACK_SHARE:
                    await self._change_and_undo(connection, things)
                ids = await _changed(connection, things, choice)
                if choice.random() < ROLLED_BACK_SHARE:
                    self.known.undone.update(ids)
                    raise ChangedItsMind
                sent_at = time.monotonic()
            self._committed(ids, sent_at)

    async def _change_and_undo(self, connection: asyncpg.Connection, things: list[UUID]) -> None:
        with suppress(ChangedItsMind):
            async with connection.transaction():
                for thing in things:
                    self.known.undone.update(await change(connection, thing))
                raise ChangedItsMind

    def _committed(self, ids: Iterable[int], sent_at: float) -> None:
        self.known.commit_sent_at.update(dict.fromkeys(ids, sent_at))


async def _changed(connection: asyncpg.Connection, things: list[UUID], choice: Random) -> list[int]:
    versions = {thing: await bump(connection, thing) for thing in things}
    events = [
        ThingChanged(thing_id=thing, version=version)
        for thing, version in versions.items()
        for _ in range(choice.randint(1, EVENTS_PER_CHANGE_MAX))
    ]
    if choice.random() < SAVEPOINT_RELEASED_SHARE:
        async with connection.transaction():
            return await append(connection, *events)
    return await append(connection, *events)
