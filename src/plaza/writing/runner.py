"""Runs a command: one transaction, committed before there is an answer."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from plaza.kernel.actor import NO_ROWS, Actor, Surface
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Refusal
from plaza.outbox.append import Origin, rows_of
from plaza.outbox.token import ConsistencyTokens
from plaza.writing.admission import Admission
from plaza.writing.announcer import Announcer
from plaza.writing.answer import Answer, refused
from plaza.writing.beginning import begin
from plaza.writing.direct_rows import flush
from plaza.writing.failures import (
    Constraints,
    OutcomeUnknown,
    is_disconnect,
    is_transient,
    refusal_of,
    sqlstate_of,
)
from plaza.writing.idempotency import FINAL_REFUSALS, Repeatable
from plaza.writing.journal import Entry, Occasion, begun_entry, tell_events, tell_refusal
from plaza.writing.outcome import Outcome, keep_outcome
from plaza.writing.retrying import tried
from plaza.writing.unit_of_work import UnitOfWork

CONSISTENCY_HEADER = "plaza-consistency"
COMMAND_HEADER = "plaza-command"
REPLAYED_HEADER = "idempotency-replayed"
UNAVAILABLE_STATUS_MIN = 500

C = TypeVar("C")
R = TypeVar("R")

Command = Callable[[C, UnitOfWork], Awaitable[R]]
Conclude = Callable[[UnitOfWork], Awaitable[None]]


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """In whose name, on whose rows and on what occasion a command runs."""

    actor: Actor
    surface: Surface
    correlation_id: UUID
    command_id: UUID = msgspec.field(default_factory=new_id)
    """Under which the journal tells what came of it."""
    occasion: Occasion | None = None
    """The request that it came by."""
    is_journalled: bool = True
    """Off for upkeep that nobody has asked for."""
    goes_on: bool = False
    """Whether it is the rest of something begun, which comes before all that is new."""
    causation_id: UUID | None = None
    trace: str | None = None
    repeatable: Repeatable | None = None
    principal: str | None = None
    """Under which name the caller's last consistency token is kept."""


class CommandRun(NamedTuple, Generic[C, R]):
    """All that is the same at each attempt to run a command, see `CommandRunner.run`."""

    function: Command[C, R]
    command: C
    context: Context
    answer: Callable[[R], Answer]
    conclude: Conclude | None


class CommandRunner:
    """Runs commands of one process."""

    def __init__(
        self,
        sessions: Callable[[], AsyncSession],
        admission: Admission,
        tokens: ConsistencyTokens,
        announcer: Announcer,
        constraints: Constraints,
    ) -> None:
        self._sessions = sessions
        self._admission = admission
        self._tokens = tokens
        self._announcer = announcer
        self._constraints = constraints

    async def run(
        self,
        function: Command[C, R],
        command: C,
        context: Context,
        answer: Callable[[R], Answer],
        conclude: Conclude | None = None,
    ) -> Answer:
        """Run a command in a transaction of its own, or repeat its first answer.

        Args:
            function: the command's function; it may be run again after a transient failure.
            command: what it is asked to do.
            context: on whose behalf.
            answer: makes the response of the result, inside the transaction.
            conclude: writes what belongs to the outcome, success or refusal, in the transaction.

        Raises:
            Refusal: nothing was changed; the reason is its name. With a key to repeat by, final
                refusals are answers and not raised.
        """
        run = CommandRun(function, command, context, answer, conclude)
        async with self._admission.admitted(goes_on=context.goes_on):
            try:
                # Inside the admission: who tries again does not queue up behind newcomers.
                given = await tried(partial(self._attempt, run))
            except Refusal:
                raise
            except Exception as error:
                refusal = refusal_of(error, self._constraints)
                if refusal is None:
                    raise
                raise refusal from error
        told = self._told(given)
        await self.announce(context.principal, told)
        return told

    async def announce(self, principal: str | None, given: Answer) -> None:
        """Have the principal's next read see what the answer tells of, a repeat or not."""
        token = given.headers.get(CONSISTENCY_HEADER)
        if token is not None:
            await self._announcer.committed(principal, token)

    async def repeated(self, repeatable: Repeatable) -> Answer | None:
        """The first answer, looked for before anything else is checked.

        Raises:
            RequestInProgress: the first request with the key still runs.
            KeyReused: the key came with another request before.
        """
        async with self._admission.admitted(), self._sessions() as session:
            begun = await begin(session, NO_ROWS, repeatable)
        return None if begun.first is None else self._told(_replayed(begun.first))

    async def _attempt(self, run: CommandRun[C, R], attempt: int) -> Answer:
        context = run.context
        async with self._sessions() as session:
            begun = await begin(session, context.surface, context.repeatable)
            if begun.first is not None:
                return _replayed(begun.first)
            work = UnitOfWork(session, context.actor, context.surface, begun.now, attempt)
            entry = _entry(run, begun.now)
            outcome = await self._worked(run, work, entry)
            if REPLAYED_HEADER in outcome.answer.headers:
                return outcome.answer
            if run.conclude is not None:
                await run.conclude(work)
            await flush(session)
            last_event = await _kept(session, context, outcome, entry)
            await _commit(session)
        return msgspec.structs.replace(outcome.answer, last_event=last_event)

    async def _worked(self, run: CommandRun[C, R], work: UnitOfWork, entry: Entry) -> Outcome:
        """Do the work; with a key to repeat by, a final refusal is kept as the outcome."""
        try:
            return await _applied(run, work, entry)
        except Exception as error:
            refusal = self._refusal_to_keep(error)
            if refusal is None:
                raise
            context = run.context
            tell_refusal(entry, run.command, refusal.code)
            is_final = refusal.status in FINAL_REFUSALS and not refusal.is_passing
            if context.repeatable is None or not is_final:
                if context.is_journalled:
                    await _keep_refusal(work.session, context.surface, entry)
                raise
            # Not back to a savepoint, which all that succeed would have to pay for. Nobody has
            # heard of the refusal: whoever has come with the key meanwhile is the first.
            first = await _undone(work.session, context.surface, context.repeatable)
            if first is not None:
                return Outcome(_replayed(first))
            return Outcome(_named(refused(refusal, context.correlation_id.hex), entry))

    def _refusal_to_keep(self, error: Exception) -> Refusal | None:
        """What the journal tells of; None where it may pass, or is a bug."""
        refusal = error if isinstance(error, Refusal) else None
        if refusal is None and not is_transient(error):
            refusal = refusal_of(error, self._constraints)
        if refusal is None or refusal.status >= UNAVAILABLE_STATUS_MIN:
            return None
        return refusal

    def _told(self, given: Answer) -> Answer:
        """The answer as it goes out: with a token of what the command has left."""
        if given.last_event is None:
            return given
        headers = {**given.headers, CONSISTENCY_HEADER: self._tokens.issue(given.last_event)}
        return msgspec.structs.replace(given, headers=headers)


def _entry(run: CommandRun[C, R], now: datetime) -> Entry:
    context = run.context
    return begun_entry(
        command_id=context.command_id,
        command=type(run.command).__name__,
        actor=context.actor,
        surface=context.surface,
        occasion=context.occasion,
        correlation_id=context.correlation_id,
        now=now,
    )


async def _applied(run: CommandRun[C, R], work: UnitOfWork, entry: Entry) -> Outcome:
    context = run.context
    result = await run.function(run.command, work)
    await work.flush()
    origin = Origin(
        actor=str(context.actor),
        command=entry.command,
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        trace=context.trace,
    )
    facts = rows_of(work.events, origin)
    tell_events(entry, work.events, work.about, work.reason)
    return Outcome(_named(run.answer(result), entry), facts)


async def _kept(
    session: AsyncSession, context: Context, outcome: Outcome, entry: Entry
) -> int | None:
    """Keep what came of the command; the id of the last fact that it has left."""
    repeatable = context.repeatable
    return await keep_outcome(
        session,
        entry if context.is_journalled else None,
        facts=outcome.facts,
        kept=None if repeatable is None else (repeatable, outcome.answer),
    )


def _named(answer: Answer, entry: Entry) -> Answer:
    """The answer with the command's id, by which the journal can be asked."""
    headers = {**answer.headers, COMMAND_HEADER: str(entry.id)}
    return msgspec.structs.replace(answer, headers=headers)


def _replayed(first: Answer) -> Answer:
    headers = {**first.headers, REPLAYED_HEADER: "true"}
    return msgspec.structs.replace(first, headers=headers)


async def _undone(session: AsyncSession, surface: Surface, repeatable: Repeatable) -> Answer | None:
    """Undo everything, and hold the key once more; the answer if it has got one meanwhile."""
    await session.rollback()
    return (await begin(session, surface, repeatable)).first


async def _keep_refusal(session: AsyncSession, surface: Surface, entry: Entry) -> None:
    """Undo everything, and keep only that it was refused."""
    await session.rollback()
    await begin(session, surface)
    await keep_outcome(session, entry)
    await _commit(session)


async def _commit(session: AsyncSession) -> None:
    """Commit; a connection that is lost meanwhile leaves open what became of it."""
    try:
        await session.commit()
    except Exception as error:
        # Only what the server itself has refused is known not to be done.
        if sqlstate_of(error) is None or is_disconnect(error):
            message = "Repeat the request with the same Idempotency-Key to learn the outcome."
            raise OutcomeUnknown(message) from error
        raise
