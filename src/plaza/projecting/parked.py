"""The rows of what is parked, held back and stopped; the follower writes them with its steps."""

from collections.abc import Collection, Iterable
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.steps import Shard

RETRY_MINUTES = (1, 5, 30, 120)
"""How long to wait before a document is tried again, by how often it was; then always the last."""

ERROR_LENGTH_MAX = 2_000

PARKED = "SELECT document, key FROM projecting.parked WHERE projection = $1 AND build = $2"

PARK = """
    INSERT INTO projecting.parked (projection, build, document, key, position, error, retry_at)
    VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(mins => $7))
    ON CONFLICT DO NOTHING
"""

HOLD = """
    INSERT INTO projecting.held_fact (projection, build, document, key, position)
    SELECT $1, $2, document, key, position
    FROM unnest($3::text[], $4::uuid[], $5::bigint[]) AS h (document, key, position)
    ON CONFLICT DO NOTHING
"""

DUE = """
    SELECT document, key FROM projecting.parked
    WHERE projection = $1 AND build = $2 AND retry_at <= clock_timestamp()
    ORDER BY retry_at
"""

# What operators want skipped is what they could see when they said so.
SKIP = """
    DELETE FROM projecting.held_fact h USING projecting.parked p
    WHERE p.projection = $1 AND p.build = $2 AND p.document = $3 AND p.key = $4
        AND (h.projection, h.build, h.document, h.key) = ($1, $2, $3, $4)
        AND h.position <= p.skip_upto
"""

HELD = """
    SELECT position FROM projecting.held_fact
    WHERE projection = $1 AND build = $2 AND document = $3 AND key = $4 AND position > $5
    ORDER BY position LIMIT $6
"""

UNHOLD = """
    DELETE FROM projecting.held_fact
    WHERE projection = $1 AND build = $2 AND document = $3 AND key = $4 AND position = $5
"""

RELEASE = """
    DELETE FROM projecting.parked
    WHERE projection = $1 AND build = $2 AND document = $3 AND key = $4
"""

# What was to be skipped is gone by now: a skip that reaches further was asked for meanwhile.
PUT_OFF = """
    UPDATE projecting.parked SET attempts = attempts + 1, error = $5, position = held.first,
        skip_upto = CASE WHEN skip_upto >= held.first THEN skip_upto END,
        retry_at = CASE WHEN skip_upto >= held.first THEN retry_at
            ELSE clock_timestamp() + make_interval(
                mins => ($6::integer[])[least(attempts + 2, cardinality($6::integer[]))]) END
    FROM (SELECT min(position) AS first FROM projecting.held_fact
        WHERE projection = $1 AND build = $2 AND document = $3 AND key = $4) AS held
    WHERE projection = $1 AND build = $2 AND document = $3 AND key = $4
"""

STOP = """
    INSERT INTO projecting.stopped AS s (projection, build, error) VALUES ($1, $2, $3)
    ON CONFLICT (projection, build) DO UPDATE SET error = excluded.error, retry_at = NULL
"""

STOPPED = "SELECT retry_at FROM projecting.stopped WHERE projection = $1 AND build = $2"

GO_ON = "DELETE FROM projecting.stopped WHERE projection = $1 AND build = $2"


class Key(msgspec.Struct, frozen=True):
    """One document of a projection, or one aggregate that a process follows."""

    document: str
    """Its table's name, without schema, version and build; of a process, the process's name."""
    key: UUID


class Held(msgspec.Struct, frozen=True):
    """A fact that is not applied to a document."""

    key: Key
    position: int


async def parked_keys(connection: asyncpg.Connection, shard: Shard) -> set[Key]:
    """What is parked in a build, for whichever of its shards."""
    rows = await connection.fetch(PARKED, shard.projection, shard.build)
    return {Key(row["document"], UUID(int=row["key"].int)) for row in rows}


async def park(
    connection: asyncpg.Connection, shard: Shard, failed: dict[Key, tuple[int, Exception]]
) -> None:
    """Park documents, each with the position of the fact that could not be applied, and why."""
    place = (shard.projection, shard.build)
    for key, (position, error) in failed.items():
        told = (key.document, key.key, position, _told(error), RETRY_MINUTES[0])
        await connection.execute(PARK, *place, *told)


async def hold(connection: asyncpg.Connection, shard: Shard, held: Iterable[Held]) -> None:
    """Keep back facts of parked documents."""
    facts = list(held)
    documents, keys = [h.key.document for h in facts], [h.key.key for h in facts]
    positions = [h.position for h in facts]
    await connection.execute(HOLD, shard.projection, shard.build, documents, keys, positions)


async def due(connection: asyncpg.Connection, shard: Shard, keys: Collection[Key]) -> Key | None:
    """Which of these is to be tried again now, the one that has waited longest first."""
    rows = await connection.fetch(DUE, shard.projection, shard.build)
    found = (Key(row["document"], UUID(int=row["key"].int)) for row in rows)
    return next((key for key in found if key in keys), None)


async def skip(connection: asyncpg.Connection, shard: Shard, key: Key) -> None:
    """Drop the facts that an operator wants dropped."""
    await connection.execute(SKIP, *_place(shard, key))


async def held_positions(
    connection: asyncpg.Connection, shard: Shard, key: Key, after: int, limit: int
) -> list[int]:
    """The next facts that are held for a document, in their order."""
    rows = await connection.fetch(HELD, *_place(shard, key), after, limit)
    return [row["position"] for row in rows]


async def unhold(connection: asyncpg.Connection, shard: Shard, held: Held) -> None:
    """One of the facts is done with."""
    await connection.execute(UNHOLD, *_place(shard, held.key), held.position)


async def release(connection: asyncpg.Connection, shard: Shard, key: Key) -> None:
    """The document goes on like the others."""
    await connection.execute(RELEASE, *_place(shard, key))


async def put_off(connection: asyncpg.Connection, shard: Shard, key: Key, error: Exception) -> None:
    """It failed again: try it later."""
    await connection.execute(PUT_OFF, *_place(shard, key), _told(error), list(RETRY_MINUTES))


async def stop(connection: asyncpg.Connection, shard: Shard, error: Exception) -> None:
    """Note that the build goes no further until an operator says so."""
    await connection.execute(STOP, shard.projection, shard.build, _told(error))


async def stopped(connection: asyncpg.Connection, shard: Shard) -> tuple[bool, bool]:
    """Whether the build is stopped, and whether it is to be tried again."""
    row = await connection.fetchrow(STOPPED, shard.projection, shard.build)
    return row is not None, row is not None and row["retry_at"] is not None


async def go_on(connection: asyncpg.Connection, shard: Shard) -> None:
    """It went on."""
    await connection.execute(GO_ON, shard.projection, shard.build)


def _place(shard: Shard, key: Key) -> tuple[str, int, str, UUID]:
    return shard.projection, shard.build, key.document, key.key


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".replace("\0", "")[:ERROR_LENGTH_MAX]
