"""What operators want done to builds, written down until a projector has done it."""

from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.snapshots import Source

ADD = """
    INSERT INTO projecting.wish
        (projection, wish, is_switched, accepts_differences, source, vendor_id)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
OPEN = """
    SELECT id, projection, wish, is_switched, accepts_differences, source, vendor_id
    FROM projecting.wish WHERE done_at IS NULL ORDER BY id
"""
DONE = """
    UPDATE projecting.wish SET done_at = clock_timestamp(), refusal = $2 WHERE id = $1
"""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done.

    Attributes:
        is_switched: whether what is rebuilt goes live by itself, if it is the same.
        accepts_differences: whether what goes live may show something else.
        source: what is rebuilt is filled from this.
        vendor_id: only the documents of this vendor are rebuilt, in the live build.
    """

    projection: str
    wish: Literal["rebuild", "switch", "rollback"]
    is_switched: bool = False
    accepts_differences: bool = False
    source: Source = "log"
    vendor_id: UUID | None = None
    id: int = 0


async def add_wish(connection: asyncpg.Connection, wish: Wish) -> None:
    how = (wish.is_switched, wish.accepts_differences, wish.source, wish.vendor_id)
    await connection.execute(ADD, wish.projection, wish.wish, *how)


async def open_wishes(connection: asyncpg.Connection) -> list[Wish]:
    """What nobody has done yet, in the order in which it was asked."""
    return [Wish(**row) for row in await connection.fetch(OPEN)]


async def fulfil(connection: asyncpg.Connection, wish: Wish, refusal: str | None) -> None:
    """Note that it is done, or why it cannot be."""
    await connection.execute(DONE, wish.id, refusal)
