"""What is parked of a read model or a process, and what operators want done about it.

They only say what they want. The follower does it, with its next step: nobody else writes the
tables that it writes.
"""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from plaza.kernel.actor import MARKET, Actor
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotThere
from plaza.reading.pools import Connection
from plaza.settings import Settings
from plaza.writing.answer import answer_with
from plaza.writing.engine import open_command_runner
from plaza.writing.failures import Constraints
from plaza.writing.runner import Command, Context
from plaza.writing.unit_of_work import UnitOfWork

ACTOR = Actor(kind="system", name="projections")

KNOWN = "SELECT EXISTS (SELECT FROM projecting.build WHERE projection = $1)"

LIST = """
    SELECT p.build, p.document, p.key, p.since, p.position, p.attempts, p.retry_at, p.error,
        (SELECT count(*) FROM projecting.held_fact h WHERE (h.projection, h.build, h.document,
            h.key) = (p.projection, p.build, p.document, p.key)) AS held_facts
    FROM projecting.parked p JOIN projecting.build b USING (projection, build)
    WHERE p.projection = $1 AND b.status <> 'retired'
    ORDER BY p.since, p.build, p.document, p.key
"""

STOPPED = """
    SELECT s.build, s.since, s.error FROM projecting.stopped s
    JOIN projecting.build b USING (projection, build)
    WHERE s.projection = $1 AND b.status <> 'retired' ORDER BY s.build
"""

RETRY = """
    UPDATE projecting.parked SET retry_at = clock_timestamp()
    WHERE projection = $1 AND ($2::uuid IS NULL OR key = $2) RETURNING document, key
"""

GO_ON = """
    UPDATE projecting.stopped SET retry_at = clock_timestamp() WHERE projection = $1
    RETURNING build
"""

SKIP = """
    WITH held AS (
        SELECT build, max(position) AS upto, count(*) AS facts FROM projecting.held_fact
        WHERE projection = $1 AND document = $2 AND key = $3 GROUP BY build)
    UPDATE projecting.parked p SET skip_upto = held.upto, retry_at = clock_timestamp()
    FROM held WHERE p.projection = $1 AND p.document = $2 AND p.key = $3 AND p.build = held.build
    RETURNING held.facts
"""

C = TypeVar("C")
R = TypeVar("R", bound=msgspec.Struct)

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ParkedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that stands still while others go on.

    Attributes:
        build: of the read model's builds, in which one.
        document: the read model's table; of a process, its name.
        key: which document; of a process, which aggregate.
        position: of the first fact that is held.
        attempts: how often it was tried again.
        held_facts: how many facts wait.
    """

    build: int
    document: str
    key: UUID
    since: datetime
    position: int
    attempts: int
    retry_at: datetime
    error: str
    held_facts: int


class StoppedBuild(msgspec.Struct, frozen=True):
    """A build that takes nothing, since too much of it fails."""

    build: int
    since: datetime
    error: str


class ParkedList(msgspec.Struct, frozen=True):
    items: list[ParkedDocument]
    stopped: list[StoppedBuild]


class RetryParked(msgspec.Struct, frozen=True, kw_only=True):
    projection: str
    key: UUID | None = None


class SkipParked(msgspec.Struct, frozen=True, kw_only=True):
    projection: str
    document: str
    key: UUID
    reason: Reason


class Retried(msgspec.Struct, frozen=True):
    """What the follower tries again within a second or two."""

    projection: str
    documents: int
    started: bool
    """Whether it was stopped and is tried again."""


class Skipped(msgspec.Struct, frozen=True):
    """What the follower leaves out when it tries the document again, within a second or two."""

    projection: str
    document: str
    key: UUID
    facts: int


async def list_parked(connection: Connection, projection: str) -> ParkedList:
    """Everything that is parked of a read model or a process, the oldest first.

    Raises:
        NotThere: there is none of that name.
    """
    if not await connection.fetchval(KNOWN, projection):
        raise NotThere
    items = [ParkedDocument(**row) for row in await connection.fetch(LIST, projection)]
    stopped = [StoppedBuild(**row) for row in await connection.fetch(STOPPED, projection)]
    return ParkedList(items, stopped)


async def retry_parked(command: RetryParked, work: UnitOfWork) -> Retried:
    """Try again what is parked: one key, or everything and a build that is stopped."""
    connection = await work.connection()
    if not await connection.fetchval(KNOWN, command.projection):
        raise NotThere
    rows = await connection.fetch(RETRY, command.projection, command.key)
    stopped = [] if command.key else await connection.fetch(GO_ON, command.projection)
    if command.key is not None and not rows:
        raise NotThere
    if command.key is not None:
        work.account_for({row["document"]: command.key for row in rows})
    return Retried(command.projection, len(rows), bool(stopped))


async def skip_parked(command: SkipParked, work: UnitOfWork) -> Skipped:
    """Leave out the facts that are held for a document, and go on with the next one."""
    connection = await work.connection()
    place = (command.projection, command.document, command.key)
    rows = await connection.fetch(SKIP, *place)
    if not rows:
        raise NotThere
    work.account_for({command.document: command.key}, command.reason)
    return Skipped(*place, max(row["facts"] for row in rows))


async def retry(
    settings: Settings, constraints: Constraints, projection: str, key: UUID | None
) -> Retried:
    """Retry, for who is at the machine itself."""
    command = RetryParked(projection=projection, key=key)
    return await _given(settings, constraints, retry_parked, command, Retried)


async def skip(settings: Settings, constraints: Constraints, command: SkipParked) -> Skipped:
    """Skip, for who is at the machine itself."""
    return await _given(settings, constraints, skip_parked, command, Skipped)


async def _given(
    settings: Settings,
    constraints: Constraints,
    function: Command[C, Any],
    command: C,
    result: type[R],
) -> R:
    context = Context(actor=ACTOR, surface=MARKET, correlation_id=new_id())
    async with open_command_runner(settings, constraints, "plaza projections") as runner:
        given = await runner.run(function, command, context, partial(answer_with, 200))
    return msgspec.json.decode(given.body, type=result)
