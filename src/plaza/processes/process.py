"""A process: which command follows a fact, and the follower that runs it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from plaza.kernel.actor import MARKET, process_actor
from plaza.kernel.event import Event, Fact
from plaza.outbox.read import Stretch, read_stretch
from plaza.projecting.steps import Fenced, Shard, Step, last_step, take_step
from plaza.writing.answer import Answer, answer_with
from plaza.writing.idempotency import Repeatable
from plaza.writing.runner import CommandRunner, Context
from plaza.writing.unit_of_work import UnitOfWork

STRETCH_FACTS_MAX = 100
EMPTY_STEP_INTERVAL_S = 1.0

# As steps.TAKE, in the transaction of a command, which is SQLAlchemy's.
TAKE = text("""
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    SELECT :projection, :build, :shard, CAST(:number AS bigint) + 1, :upto, 1
    WHERE (SELECT max(number) FROM projecting.step
        WHERE projection = :projection AND build = :build AND shard = :shard) = :number
    RETURNING number
""")


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One consequence.

    The command returns whether it wants to be run again: large consequences are done in pieces,
    each in its own transaction.
    """

    name: str
    on: type[Event]
    follow_up: Callable[[Any], Any]
    command: Callable[[Any, UnitOfWork], Awaitable[bool]]


class ProcessFollower:
    """Runs a process along the log: each fact once, also when it is killed in between."""

    def __init__(
        self, connection: asyncpg.Connection, process: Process, shard: Shard, runner: CommandRunner
    ) -> None:
        self._connection = connection
        self._process = process
        self.shard = shard
        self._runner = runner
        self._step: Step | None = None
        self._upto = 0
        self._stepped_at = 0.0

    async def advance(self) -> bool:
        """Run the consequences of the next facts, if there are any."""
        if self._step is None:
            self._step = await last_step(self._connection, self.shard)
            self._upto = self._step.upto
        types = [self._process.on.type()]
        stretch = await read_stretch(self._connection, self._upto, STRETCH_FACTS_MAX, types)
        for fact in stretch.facts:
            self._step = await self._run(self._step, fact)
        await self._skip(self._step, stretch)
        self._upto = stretch.upto
        return stretch.length > 0

    def forget(self) -> None:
        """Begin again from the stored step."""
        self._step = None

    async def _skip(self, last: Step, stretch: Stretch) -> None:
        due = time.monotonic() - self._stepped_at >= EMPTY_STEP_INTERVAL_S
        if due and last.upto < stretch.upto:
            self._step = await take_step(self._connection, self.shard, last, stretch.upto, 0)
            self._stepped_at = time.monotonic()

    async def _run(self, last: Step, fact: Fact) -> Step:
        event = msgspec.json.decode(fact.payload, type=self._process.on)
        command = self._process.follow_up(event)
        piece = 0
        while await self._run_piece(command, fact, piece, last):
            piece += 1
        return Step(number=last.number + 1, upto=fact.position)

    async def _run_piece(self, command: Any, fact: Fact, piece: int, last: Step) -> bool:
        """Run the command once.

        Returns:
            Whether there is more to do. The last piece, or a refusal, takes the step in its own
            transaction; what was done before a crash is found by its key.
        """
        more = False

        def answer(result: bool) -> Answer:  # noqa: FBT001  the command's result
            nonlocal more
            more = result
            return answer_with(200, result)

        async def conclude(work: UnitOfWork) -> None:
            if not more:
                await self._take(work, last, fact.position)

        given = await self._runner.run(
            self._process.command, command, self._context(fact, piece), answer, conclude
        )
        return given.body == b"true"

    def _context(self, fact: Fact, piece: int) -> Context:
        key = f"{fact.event_id}/{piece}"
        return Context(
            actor=process_actor(self._process.name),
            surface=MARKET,
            correlation_id=fact.correlation_id,
            causation_id=fact.event_id,
            repeatable=Repeatable(f"process:{self._process.name}", key, UUID(int=0).bytes),
        )

    async def _take(self, work: UnitOfWork, last: Step, upto: int) -> None:
        place = {
            "projection": self.shard.projection,
            "build": self.shard.build,
            "shard": self.shard.shard,
            "number": last.number,
            "upto": upto,
        }
        if await work.session.scalar(TAKE, place) is None:
            raise Fenced
