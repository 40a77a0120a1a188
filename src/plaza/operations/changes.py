"""What CDNs have to let go of: the tags of what has changed since a position of the log."""

from collections.abc import Sequence

import asyncpg
import msgspec

from plaza.outbox.channels import everything
from plaza.settings import Settings

KEPT_DAYS = 7
"""For how long it is known what changed; before that, all of it."""

# Up to where all of the read models are and their own copies have been told of it, so that what a
# CDN asks for anew is new. One statement sees one state of both tables.
CHANGED = """
    WITH told AS (
        SELECT min((SELECT s.copied FROM projecting.step s
            WHERE s.projection = b.projection AND s.build = b.build AND s.shard = shards.shard
            ORDER BY s.number DESC LIMIT 1)) AS upto
        FROM projecting.build b
        CROSS JOIN LATERAL generate_series(0, b.shards - 1) AS shards (shard)
        WHERE b.status = 'live' AND b.projection = ANY ($2))
    SELECT greatest(told.upto, $1) AS upto,
        ARRAY(SELECT DISTINCT unnest(c.tags) AS tag FROM projecting.changed c
            WHERE c.position > $1 AND c.position <= told.upto ORDER BY tag) AS tags
    FROM told
"""

# Of what is not in the log any more nobody knows when it was.
IS_LONG_AGO = """
    SELECT EXISTS (SELECT FROM outbox.dropped WHERE last_position > $1)
        OR EXISTS (SELECT FROM outbox.position p JOIN outbox.event e ON e.id = p.id
            WHERE p.position = $1 + 1
                AND e.created_at < clock_timestamp() - make_interval(days => $2))
"""


class Changes(msgspec.Struct, frozen=True):
    """Up to where, and what is to be let go of."""

    position: int
    tags: list[str]


async def changes_since(settings: Settings, since: int, projections: Sequence[str]) -> Changes:
    """The tags of what changed behind a position; all there are, where that was long ago."""
    connection = await asyncpg.connect(
        settings.database_url,
        server_settings={"role": "plaza_owner", "application_name": "plaza cdn"},
    )
    try:
        row = await connection.fetchrow(CHANGED, since, list(projections))
        is_long_ago = await connection.fetchval(IS_LONG_AGO, since, KEPT_DAYS)
    finally:
        await connection.close()
    assert row is not None
    tags = sorted(map(everything, projections)) if is_long_ago else row["tags"]
    return Changes(row["upto"], tags)
