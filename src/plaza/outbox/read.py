"""Reading the log by position."""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from plaza.kernel.event import Fact

POSITIONS = """
    SELECT position, id FROM outbox.position WHERE position > $1 ORDER BY position LIMIT $2
"""

PLACED = "SELECT position, id FROM outbox.position WHERE position = ANY ($1::bigint[])"

# The ids are a parameter of their own, so that the planner prunes the partitions.
FACTS = """
    SELECT id, event_id, type, aggregate_type, aggregate_id, version, ordinal, vendor_id,
        account_id, actor, command, correlation_id, causation_id, created_at,
        payload::text AS payload
    FROM outbox.event WHERE id = ANY ($1::bigint[])
        AND ($2::text[] IS NULL OR type = ANY ($2) OR type <> ALL ($3::text[]))
"""


class WithUnknown(list[str]):
    """Types, and beside them all that are not known: facts that a newer version has left."""

    def __init__(self, types: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(types)
        self.wanted = frozenset(self)
        self.known = frozenset(known) | {*self}


class Stretch(msgspec.Struct, frozen=True):
    """A part of the log: the facts asked for in it, and the position up to which it reaches."""

    upto: int
    length: int
    facts: list[Fact]


async def read_stretch(
    connection: asyncpg.Connection, after: int, limit: int, types: Sequence[str] | None
) -> Stretch:
    """The facts of the given types among the next positions."""
    rows = await connection.fetch(POSITIONS, after, limit)
    if not rows:
        return Stretch(upto=after, length=0, facts=[])
    position_of = {row["id"]: row["position"] for row in rows}
    wanted = None if types is None else list(types)
    known = list(types.known) if isinstance(types, WithUnknown) else None
    facts = await _facts(connection, position_of, wanted, known)
    return Stretch(upto=rows[-1]["position"], length=len(rows), facts=facts)


async def read_facts(connection: asyncpg.Connection, positions: Sequence[int]) -> list[Fact]:
    """The facts at some positions, in their order."""
    rows = await connection.fetch(PLACED, positions)
    return await _facts(connection, {row["id"]: row["position"] for row in rows}, None, None)


async def _facts(
    connection: asyncpg.Connection,
    position_of: dict[int, int],
    types: list[str] | None,
    known: list[str] | None,
) -> list[Fact]:
    records = await connection.fetch(FACTS, list(position_of), types, known)
    facts = [_fact(record, position_of[record["id"]]) for record in records]
    facts.sort(key=lambda fact: fact.position)
    return facts


def _fact(record: asyncpg.Record, position: int) -> Fact:
    fields = dict(record)
    payload = msgspec.Raw(fields.pop("payload").encode())
    return Fact(position=position, payload=payload, **fields)
