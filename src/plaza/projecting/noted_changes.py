"""What changed, noted in the transaction that changed it, for caches that nobody here can reach."""

from collections.abc import Collection

import asyncpg

from plaza.projecting.batch import BuildTables

# A change without a fact is noted at the next position, where a batch may note its own as well.
NOTE = """
    INSERT INTO projecting.changed AS c (projection, position, tags) VALUES ($1, $2, $3)
    ON CONFLICT (projection, position) DO UPDATE
    SET tags = ARRAY(SELECT DISTINCT unnest(c.tags || excluded.tags))
"""


class NotingTables(BuildTables):
    """Tables that note the tags of what changed in them."""

    is_noting = True

    async def note(
        self, connection: asyncpg.Connection, changed: Collection[str], position: int
    ) -> None:
        if changed:
            await connection.execute(NOTE, self.projection, position, sorted(changed))
