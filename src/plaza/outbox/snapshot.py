"""The present state told as facts: the fewest from which everything that is shown follows.

Each context publishes a `snapshot` of what it owns. Read at one moment, in one transaction of
REPEATABLE READ, they stand for the log up to there.
"""

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Event, Fact

ROWS_AT_ONCE = 500
NOBODY = UUID(int=0)

# Positions are given after the commit: what is visible and has none yet is in the snapshot too.
MOMENT = """
    SELECT (SELECT coalesce(max(position), 0) FROM outbox.position) AS position,
        now() AS at,
        ARRAY(SELECT e.id FROM outbox.event e
            WHERE e.id > coalesce((SELECT floor FROM outbox.tick ORDER BY number DESC LIMIT 1), 0)
                AND NOT EXISTS (SELECT FROM outbox.position p WHERE p.id = e.id)
            ORDER BY e.id) AS unsequenced
"""

E = TypeVar("E", bound=Event)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When a snapshot is taken, and what of the log it stands for."""

    position: int
    """Up to here, all of the log is in it."""
    at: datetime
    unsequenced: list[int]
    """The ids of facts that are in it too, and will come later in the log."""


async def begin_snapshot(connection: asyncpg.Connection) -> Moment:
    """The moment of the transaction, which must be REPEATABLE READ and have asked nothing yet."""
    row = await connection.fetchrow(MOMENT)
    assert row is not None
    return Moment(**row)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """How the aggregates of one table are told.

    Attributes:
        tells: the types of event that it may tell.
        sql: a row for each aggregate, all of them with their present version.
        events: what leads to a row, in its order; of one aggregate only.
        is_history: whether it tells what happened, of which the present state is only the end.
    """

    tells: tuple[type[Event], ...]
    sql: str
    events: Callable[[asyncpg.Record], Iterable[Event]]
    is_history: bool = False


class Snapshot:
    """What one context tells of its present state."""

    def __init__(self, *sources: Source) -> None:
        self.sources = sources

    async def __call__(
        self,
        connection: asyncpg.Connection,
        moment: Moment,
        wanted: Collection[str],
        *,
        with_history: bool = False,
    ) -> AsyncIterator[list[Fact]]:
        """The facts of the wanted types, those of one aggregate together.

        Args:
            connection: sees all rows of the marketplace; the moment is its transaction's.
            moment: of the snapshot.
            wanted: types of event.
            with_history: also tell what the present state does not need, for those who count it.
        """
        for source in self.sources:
            tells = {event.type() for event in source.tells} & set(wanted)
            if not tells or (source.is_history and not with_history):
                continue
            async for row in connection.cursor(source.sql, prefetch=ROWS_AT_ONCE):
                facts = _facts(source.events(row), moment)
                yield [fact for fact in facts if fact.type in tells]


def told(kind: type[E], row: asyncpg.Record, **others: Any) -> E:
    """The event with the row's columns as its members, but for some."""
    columns = {name: row[name] for name in kind.__struct_fields__ if name in row}
    return kind(**(columns | others))


def _facts(events: Iterable[Event], moment: Moment) -> list[Fact]:
    return [_fact(event, ordinal, moment) for ordinal, event in enumerate(events)]


def _fact(event: Event, ordinal: int, moment: Moment) -> Fact:
    return Fact(
        position=moment.position,
        id=0,
        event_id=NOBODY,
        type=event.type(),
        aggregate_type=event.AGGREGATE,
        aggregate_id=event.aggregate_id,
        version=event.version,
        ordinal=ordinal,
        vendor_id=getattr(event, "vendor_id", None),
        account_id=getattr(event, "account_id", None),
        actor="system:snapshot",
        command="snapshot",
        correlation_id=NOBODY,
        causation_id=None,
        created_at=moment.at,
        payload=msgspec.Raw(msgspec.json.encode(event)),
    )
