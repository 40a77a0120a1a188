"""Reading the log by position."""

from collections.abc import Sequence

import asyncpg
import msgspec

from plaza.kernel.event import Fact

POSITIONS = """
    SELECT position, id FROM outbox.position WHERE position > $1 ORDER BY position LIMIT $2
"""

# The ids are a parameter of their own, so that the planner prunes the partitions.
FACTS = """
    SELECT id, event_id, type, aggregate_type, aggregate_id, version, ordinal, vendor_id,
        account_id, actor, command, correlation_id, causation_id, created_at,
        payload::text AS payload
    FROM outbox.event WHERE id = ANY ($1::bigint[]) AND ($2::text[] IS NULL OR type = ANY ($2))
"""


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
    records = await connection.fetch(FACTS, list(position_of), wanted)
    facts = [_fact(record, position_of[record["id"]]) for record in records]
    facts.sort(key=lambda fact: fact.position)
    return Stretch(upto=rows[-1]["position"], length=len(rows), facts=facts)


def _fact(record: asyncpg.Record, position: int) -> Fact:
    fields = dict(record)
    payload = msgspec.Raw(fields.pop("payload").encode())
    return Fact(position=position, payload=payload, **fields)
