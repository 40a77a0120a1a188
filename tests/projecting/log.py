"""Telling the log, and following it."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID, uuid4

import asyncpg
import msgspec

from plaza.kernel.event import Event
from plaza.outbox.sequencer import Sequencer
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Fenced, Shard

APPEND = """
    INSERT INTO outbox.event (event_id, type, schema_version, aggregate_type, aggregate_id, version,
        ordinal, vendor_id, actor, command, correlation_id, payload)
    VALUES ($1, $2, 1, $3, $4, $5, $6, $7, 'system:tests', 'Tell', $1, $8)
"""

STEPS = """
    SELECT number, upto, facts FROM projecting.step
    WHERE projection = $1 AND build = 1 AND number > 0 ORDER BY number
"""


async def tell(connection: asyncpg.Connection, *events: Event) -> None:
    """Append events in one transaction, as a command does."""
    ordinals: Counter[tuple[UUID, int]] = Counter()
    rows = []
    for event in events:
        place = (event.aggregate_id, event.version)
        ordinal, ordinals[place] = ordinals[place], ordinals[place] + 1
        payload = msgspec.json.encode(event).decode()
        vendor_id = getattr(event, "vendor_id", None)
        rows.append(
            (uuid4(), event.type(), event.AGGREGATE, *place, ordinal, vendor_id, payload),
        )
    async with connection.transaction():
        await connection.executemany(APPEND, rows)


async def sequence(connection: asyncpg.Connection) -> int:
    """Give positions to all that was told; the last position."""
    while await Sequencer(connection).tick() is not None:
        pass
    last: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbox.position")
    return last


class Announced(list[int]):
    """Positions that followers announced, and the tags of what they changed."""

    def __init__(self) -> None:
        super().__init__()
        self.copied = 0
        self.is_heard = True
        self.tags: list[set[str]] = []
        self.retold: list[set[str]] = []

    def took_over(self, copied: int) -> None:
        self.copied = copied

    def committed(self, tags: Collection[str], upto: int) -> None:
        self.append(upto)
        self.tags.append(set(tags))

    def changed(self, tags: Collection[str]) -> None:
        self.retold.append(set(tags))


async def a_follower(
    connection: asyncpg.Connection, projection: Projection, announced: Announced | None = None
) -> Follower:
    tables = await BuildTables.of(connection, projection, 1)
    shard = Shard(projection=projection.name, build=1)
    return Follower(
        connection, projection, shard, tables, Announced() if announced is None else announced
    )


async def follow_to_the_end(follower: Follower) -> int:
    """Advance until nothing is new; how often somebody else was faster."""
    fenced = 0
    while True:
        try:
            if not await follower.advance():
                return fenced
        except Fenced:
            fenced += 1
            follower.forget()


async def steps_of(connection: asyncpg.Connection, name: str) -> list[asyncpg.Record]:
    """The steps taken, the first one (from which everything begins) left out."""
    return list(await connection.fetch(STEPS, name))
