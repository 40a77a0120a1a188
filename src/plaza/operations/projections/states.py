"""How far each read model and process is, asked of the log and of what was stored.

No figure relies on anything that works: where the sequencer is dead, its next tick's facts are
counted; where a projector is dead, its last step stands still and the log goes on.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import asyncpg
import msgspec

from plaza.reading.pools import Connection

UNSEQUENCED_COUNTED_MAX = 1_000_000
"""As many are counted of what has no position yet; where there are more, it is this number."""

UNSEQUENCED = f"""
    SELECT facts, coalesce(extract(epoch FROM clock_timestamp() - oldest_at), 0)::float8 AS age_s
    FROM outbox.unsequenced({UNSEQUENCED_COUNTED_MAX})
"""

AUDITS = """
    SELECT last.* FROM (SELECT DISTINCT projection FROM projecting.build) followed
    CROSS JOIN LATERAL (
        SELECT a.projection, a.documents, a.differing, a.repaired, a.is_full, a.audited_at
        FROM projecting.audit a WHERE a.projection = followed.projection
        ORDER BY a.number DESC LIMIT 1) last
"""

# What followers have pushed is later than what they have stored, by a second at most. Positions
# have no holes, so that their difference is a count.
FOLLOWED = """
    WITH unplaced AS MATERIALIZED (SELECT facts, oldest_at FROM outbox.unsequenced($1)),
    head AS MATERIALIZED (SELECT coalesce(max(position), 0) AS position FROM outbox.position),
    known AS (SELECT * FROM unnest($2::text[], $3::bigint[]) AS k (projection, position)),
    followed AS MATERIALIZED (
        SELECT b.projection, b.build, b.schema_version, b.status, b.since, b.source, b.created_at,
            b.verified_at,
            greatest(stored.upto, CASE WHEN b.status = 'live' THEN k.position END, 0) AS position
        FROM projecting.build b LEFT JOIN known k USING (projection)
        CROSS JOIN LATERAL (
            SELECT min(last.upto) AS upto
            FROM generate_series(0, (
                SELECT max(s.shard) FROM projecting.step s
                WHERE s.projection = b.projection AND s.build = b.build)) AS shards (shard)
            CROSS JOIN LATERAL (
                SELECT s.upto FROM projecting.step s
                WHERE s.projection = b.projection AND s.build = b.build
                    AND s.shard = shards.shard
                ORDER BY s.number DESC LIMIT 1) last) stored
        WHERE b.status <> 'retired')
    SELECT f.*, greatest(head.position - f.position, 0) + unplaced.facts AS lag_facts,
        greatest(0, coalesce(extract(epoch FROM clock_timestamp() - least(unplaced.oldest_at,
            (SELECT e.created_at FROM outbox.event e WHERE e.id = (
                SELECT p.id FROM outbox.position p WHERE p.position > f.position
                ORDER BY p.position LIMIT 1)))) * 1000, 0))::bigint AS lag_ms,
        (SELECT count(*) FROM projecting.parked p
         WHERE p.projection = f.projection AND p.build = f.build) AS parked,
        (SELECT s.since FROM projecting.stopped s
         WHERE s.projection = f.projection AND s.build = f.build) AS stopped_since
    FROM followed f, head, unplaced ORDER BY f.projection, f.build
"""


class Drift(msgspec.Struct, frozen=True):
    """What the last audit found of a read model: documents looked at, and those not as in the log.

    Attributes:
        is_full: whether it looked at all of them.
    """

    documents: int
    differing: int
    repaired: int
    is_full: bool
    audited_at: datetime


class BuildState(msgspec.Struct, frozen=True, kw_only=True):
    """One set of tables of a read model, or the one place of a process.

    Attributes:
        since: when it got its status.
        verified_at: when it was last found to be the same as the live one.
        position: up to where in the log it shows all.
        lag_facts: how many facts it has not passed, those without a position among them.
        lag_ms: the age of the oldest of them.
        parked: documents that wait for something to be mended.
        stopped_since: since when it takes nothing at all.
    """

    build: int
    schema_version: int
    status: str
    since: datetime
    source: str
    created_at: datetime
    verified_at: datetime | None
    position: int
    lag_facts: int
    lag_ms: int
    parked: int
    stopped_since: datetime | None


class ProjectionState(BuildState, frozen=True, kw_only=True):
    """A read model or a process: its live build, and the others beside it."""

    projection: str
    drift: Drift | None
    other_builds: list[BuildState]


async def projection_states(
    connection: Connection, known: Mapping[str, int]
) -> list[ProjectionState]:
    """Every read model and process that is followed.

    Args:
        connection: a public reader's, or the owner's.
        known: positions that live builds are known to have reached, beside what is stored.
    """
    rows = await connection.fetch(
        FOLLOWED, UNSEQUENCED_COUNTED_MAX, list(known), list(known.values())
    )
    drifts = {row["projection"]: _drift(row) for row in await connection.fetch(AUDITS)}
    builds: dict[str, list[BuildState]] = defaultdict(list)
    for row in rows:
        fields = dict(row)
        builds[fields.pop("projection")].append(BuildState(**fields))
    return [_state_of(name, of_it, drifts.get(name)) for name, of_it in builds.items()]


def _drift(row: asyncpg.Record) -> Drift:
    return Drift(**{name: row[name] for name in Drift.__struct_fields__})


def _state_of(name: str, builds: list[BuildState], drift: Drift | None) -> ProjectionState:
    """What is shown is the live build; the newest one, where none is live yet."""
    shown = next((build for build in builds if build.status == "live"), builds[-1])
    others = [build for build in builds if build is not shown]
    fields = msgspec.structs.asdict(shown)
    return ProjectionState(projection=name, drift=drift, other_builds=others, **fields)
