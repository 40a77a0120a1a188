"""Progress of a follower: one row a batch, in the transaction of what the batch wrote."""

from typing import Any, NamedTuple, Protocol

import asyncpg
import msgspec

KEPT_MINUTES = 10
TRIM_EVERY_STEPS = 500

UNTOLD = -1
"""In place of `copied`: Redis may not know of any change. It is stored by whoever writes rows
without going on in the log; who follows from there touches everything that was made of them."""

LAST = """
    SELECT number, upto, copied FROM projecting.step
    WHERE projection = $1 AND build = $2 AND shard = $3 ORDER BY number DESC LIMIT 1
"""

# Selecting from the last row makes the follower that slept through a trim insert nothing; the
# primary key makes one of two that took the same batch fail.
TAKE = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts, copied)
    SELECT $1, $2, $3, $4 + 1, $5, $6, $7
    WHERE (SELECT max(number) FROM projecting.step
        WHERE projection = $1 AND build = $2 AND shard = $3) = $4
    RETURNING number
"""

TRIM = """
    DELETE FROM projecting.step s
    WHERE projection = $1 AND build = $2 AND shard = $3 AND number < $4
        AND created_at < clock_timestamp() - make_interval(mins => $5)
"""


class Fenced(Exception):  # noqa: N818  it ends a batch, not the program
    """Another follower took the step first; nothing of the batch may be committed."""


class Executor(Protocol):
    """A connection, or whatever else runs a statement in the transaction at hand."""

    async def fetchval(self, query: str, *args: Any) -> Any: ...
    async def fetchrow(self, query: str, *args: Any) -> Any: ...


class Shard(msgspec.Struct, frozen=True):
    """What one follower follows for."""

    projection: str
    build: int
    shard: int = 0


class Step(msgspec.Struct, frozen=True):
    """How far a shard has come."""

    number: int
    upto: int
    copied: int = 0
    """Up to where Redis had been told of the changes, when the step was taken."""


async def last_step(connection: Executor, shard: Shard) -> Step:
    row = await connection.fetchrow(LAST, shard.projection, shard.build, shard.shard)
    return Step(**row)


class NextStep(NamedTuple):
    """A step that is to be taken."""

    shard: Shard
    step: Step
    facts: int

    def values(self) -> tuple[str, int, int, int, int, int, int]:
        """What the statement that takes it asks for."""
        shard, step = self.shard, self.step
        place = (shard.projection, shard.build, shard.shard)
        return (*place, step.number - 1, step.upto, self.facts, step.copied)


def next_step(shard: Shard, last: Step, upto: int, facts: int, copied: int = 0) -> NextStep:
    return NextStep(shard, Step(number=last.number + 1, upto=upto, copied=copied), facts)


def is_taken(error: asyncpg.UniqueViolationError) -> bool:
    """Whether what failed is the step, and not something else of the same statement."""
    return (error.schema_name, error.table_name) == ("projecting", "step")


async def take_step(
    connection: Executor, shard: Shard, last: Step, upto: int, facts: int, copied: int = 0
) -> Step:
    """Take the next step, first of all in the transaction of a batch.

    Raises:
        Fenced: somebody else has gone on from the same step.
    """
    wanted = next_step(shard, last, upto, facts, copied)
    try:
        number = await connection.fetchval(TAKE, *wanted.values())
    except asyncpg.UniqueViolationError as error:
        raise Fenced from error
    if number is None:
        raise Fenced
    return wanted.step


async def trim_steps(connection: Executor, shard: Shard, last: Step) -> None:
    """Every so often, forget the steps that no follower can still go on from."""
    if last.number % TRIM_EVERY_STEPS:
        return
    await connection.fetchval(
        TRIM, shard.projection, shard.build, shard.shard, last.number, KEPT_MINUTES
    )
