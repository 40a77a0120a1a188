"""A log to audit against, and followers that follow it."""

from random import Random
from uuid import UUID

import asyncpg

from plaza.projecting.projection import Projection
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from read_models.chatter import Chatter

SEED = 11


def unheeded(_: int, __: int) -> None:
    """Nobody looks at the progress."""


async def told(
    connection: asyncpg.Connection, *projections: Projection, facts: int = 400, seed: int = SEED
) -> int:
    """A log that concerns read models; its last position."""
    await tell(connection, *Chatter(Random(seed), *projections).tells(facts))  # noqa: S311
    return await sequence(connection)


async def followed(connection: asyncpg.Connection, *projections: Projection) -> None:
    for projection in projections:
        await follow_to_the_end(await a_follower(connection, projection))


async def a_page(connection: asyncpg.Connection) -> UUID:
    """The key of a page that is shown."""
    key: UUID = await connection.fetchval("SELECT product_id FROM read.product_page_v1 LIMIT 1")
    return key
