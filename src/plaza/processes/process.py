"""A process: which command follows a fact, and the follower that runs it."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from plaza.kernel.actor import MARKET, process_actor
from plaza.kernel.event import Event, Fact
from plaza.kernel.refusals import Refusal, Unprocessable
from plaza.outbox.read import WithUnknown, read_stretch
from plaza.outbox.window import ReadStretch
from plaza.processes.parking import ParkedAggregates, breaks
from plaza.projecting.known_types import known_types
from plaza.projecting.parked import Key
from plaza.projecting.parking import TooMuchPoison
from plaza.projecting.standstill import Standstill
from plaza.projecting.steps import Fenced, Shard, Step, last_step, take_step, trim_steps
from plaza.writing.answer import Answer, answer_with
from plaza.writing.idempotency import Repeatable, RequestInProgress
from plaza.writing.runner import CommandRunner, Conclude, Context
from plaza.writing.unit_of_work import UnitOfWork

STRETCH_FACTS_MAX = 500
EMPTY_STEP_INTERVAL_S = 1.0
UNAVAILABLE_STATUS_MIN = 500

# As steps.TAKE, in the transaction of a command, which is SQLAlchemy's.
TAKE = text("""
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    SELECT :projection, :build, :shard, CAST(:number AS bigint) + 1, :upto, 1
    WHERE (SELECT max(number) FROM projecting.step
        WHERE projection = :projection AND build = :build AND shard = :shard) = :number
    RETURNING number
""")


class ConsequenceRefused(Unprocessable):
    """The command refused, for good: there is nobody who could ask in another way."""

    code = "consequence_refused"
    title = "What should have followed was refused"


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One consequence.

    The command returns whether it wants to be run again: large consequences are done in pieces,
    each in its own transaction.
    """

    name: str
    on: type[Event]
    follow_up: Callable[[Any], Any]
    command: Callable[[Any, UnitOfWork], Awaitable[bool]]
    setting: Literal["order_mails"] | None = None
    """Which setting turns it on; while it is off, facts go by without a consequence."""
    look_interval_s: float = 0.0
    """How long to wait before the log is looked at again, where nobody waits for it."""


class ProcessFollower:
    """Runs a process along the log: each fact once, also when it is killed in between."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        process: Process,
        shard: Shard,
        runner: CommandRunner,
        *,
        is_on: bool = True,
        read: ReadStretch = read_stretch,
    ) -> None:
        self._connection = connection
        self._read = read
        on = process.on.type()
        self._types = WithUnknown([on], known_types()) if is_on else []
        self._stem = on.rpartition(".v")[0]
        self._parked = ParkedAggregates(shard)
        self._standstill = Standstill(shard)
        self._process = process
        self.shard = shard
        self._runner = runner
        self._step: Step | None = None
        self._upto = 0
        self._piece = 0
        self._stepped_at = 0.0
        self.rest_s = 0.0

    async def advance(self) -> bool:
        """Run the next piece of the next fact's consequence; a stop waits for no more than that.

        Returns:
            Whether the log held anything new; then there may be more.

        Raises:
            Fenced: another follower is at the same fact; begin again from the stored step.
        """
        if self._step is None:
            self._step = await self._take_over()
        due = await self._parked.due(self._connection)
        if due is not None:
            self._step = await self._retry(self._step, due)
        if await self._standstill.holds(self._connection):
            return due is not None
        stretch = await self._read(self._connection, self._upto, STRETCH_FACTS_MAX, self._types)
        # A newer version of the type is meant too: it is parked, and waits for an update.
        mine = (f for f in stretch.facts if f.type.rpartition(".v")[0] == self._stem)
        fact = next(mine, None)
        if fact is not None:
            return await self._go_on(self._step, fact) or due is not None
        await self._skip(self._step, stretch.upto)
        return stretch.length > 0 or due is not None

    def forget(self) -> None:
        """Begin again from the stored step."""
        self._step = None

    async def _take_over(self) -> Step:
        step = await last_step(self._connection, self.shard)
        await self._parked.load(self._connection)
        await self._standstill.load(self._connection)
        self._upto, self._piece = step.upto, 0
        return step

    async def _go_on(self, last: Step, fact: Fact) -> bool:
        """Do what follows from a fact, or have it wait, alone with others of its aggregate."""
        failure = None
        if not self._parked.holds(fact):
            try:
                await self._follow_up(last, fact)
            except Exception as error:
                if not breaks(error):
                    raise
                failure = error
            else:
                return True
        return await self._set_aside(last, fact, failure)

    async def _set_aside(self, last: Step, fact: Fact, failure: Exception | None) -> bool:
        try:
            async with self._connection.transaction():
                step = await take_step(self._connection, self.shard, last, fact.position, 0)
                await self._parked.keep(self._connection, fact, failure)
        except TooMuchPoison as reason:
            await self._standstill.stop(self._connection, reason)
            return False
        self._parked.kept(fact)
        self._upto, self._piece = step.upto, 0
        await self._stepped(step)
        return True

    async def _retry(self, last: Step, key: Key) -> Step:
        """Do what follows from the next fact that waits; the one behind it comes next time."""
        async with self._connection.transaction():
            step = await take_step(self._connection, self.shard, last, self._upto, 0)
            position = await self._parked.next_held(self._connection, key)
        await self._stepped(step)
        if position is None:
            self._parked.released(key)
            return step
        failure = await self._failure_at(step, position)
        async with self._connection.transaction():
            step = await take_step(self._connection, self.shard, step, self._upto, 0)
            if failure is None:
                await self._parked.done(self._connection, key, position)
            else:
                await self._parked.put_off(self._connection, key, failure)
        await self._stepped(step)
        return step

    async def _failure_at(self, step: Step, position: int) -> Exception | None:
        """Do what follows from a fact that waited; why that is not possible yet."""
        try:
            fact, number = await self._parked.fact_at(self._connection, position), 0
            while await Piece(self._process, fact, number, self.shard, step).rerun(self._runner):
                number += 1
        except Exception as error:
            if not breaks(error):
                raise
            return error
        return None

    async def _follow_up(self, last: Step, fact: Fact) -> None:
        step = await Piece(self._process, fact, self._piece, self.shard, last).run(self._runner)
        if step is None:
            self._piece += 1
            return
        self._upto, self._piece = step.upto, 0
        await self._stepped(step)
        await self._standstill.went_on(self._connection)

    async def _skip(self, last: Step, upto: int) -> None:
        """Go past facts that nothing follows from; that costs a row once a second at most."""
        self._upto = upto
        due = time.monotonic() - self._stepped_at >= EMPTY_STEP_INTERVAL_S
        if due and last.upto < upto:
            await self._stepped(await take_step(self._connection, self.shard, last, upto, 0))

    async def _stepped(self, step: Step) -> None:
        self._step, self._stepped_at = step, time.monotonic()
        await trim_steps(self._connection, self.shard, step)


class Piece:
    """One run of a process's command, in a transaction of its own.

    What was done before a crash is found by its key. The last piece, or a refusal, takes the step
    in its own transaction, so that a fact is done with when its consequence is.
    """

    def __init__(self, process: Process, fact: Fact, number: int, shard: Shard, last: Step) -> None:
        self._process = process
        self._fact = fact
        self._number = number
        self._shard = shard
        self._last = last
        self._more = False
        self._step: Step | None = None

    async def run(self, runner: CommandRunner) -> Step | None:
        """Run the command once.

        Returns:
            The step behind the fact, or None when there is more to do.

        Raises:
            Fenced: another follower does the same, or has done it.
        """
        given = await self._given(runner, self._conclude)
        if given.body == b"true":
            return None
        if self._step is None:
            raise Fenced
        return self._step

    async def rerun(self, runner: CommandRunner) -> bool:
        """As `run`, for a fact that waited, without taking a step; whether there is more."""
        return (await self._given(runner, None)).body == b"true"

    async def _given(self, runner: CommandRunner, conclude: Conclude | None) -> Answer:
        said = msgspec.json.decode(self._fact.payload, type=self._process.on)
        command = self._process.follow_up(said)
        try:
            return await runner.run(self._command, command, self._context(), self._answer, conclude)
        except RequestInProgress as error:
            raise Fenced from error

    async def _command(self, command: Any, work: UnitOfWork) -> bool:
        # A second attempt must not remember what came of the first.
        self._more, self._step = False, None
        try:
            return await self._process.command(command, work)
        except Refusal as refusal:
            if refusal.status >= UNAVAILABLE_STATUS_MIN:
                raise
            raise ConsequenceRefused(refusal.detail) from refusal

    def _answer(self, more: bool) -> Answer:  # noqa: FBT001  the command's result
        self._more = more
        return answer_with(200, more)

    async def _conclude(self, work: UnitOfWork) -> None:
        if not self._more:
            self._step = await self._take(work)

    def _context(self) -> Context:
        key = f"{self._fact.event_id}/{self._number}"
        return Context(
            actor=process_actor(self._process.name),
            surface=MARKET,
            correlation_id=self._fact.correlation_id,
            causation_id=self._fact.event_id,
            repeatable=Repeatable(f"process:{self._process.name}", key, UUID(int=0).bytes),
        )

    async def _take(self, work: UnitOfWork) -> Step:
        place = {
            "projection": self._shard.projection,
            "build": self._shard.build,
            "shard": self._shard.shard,
            "number": self._last.number,
            "upto": self._fact.position,
        }
        try:
            number = await work.session.scalar(TAKE, place)
        except IntegrityError as error:
            raise Fenced from error
        if number is None:
            raise Fenced
        return Step(number=number, upto=self._fact.position)
