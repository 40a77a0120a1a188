"""Bugs by choice: projections whose folds fail where a test says so."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.event import Event
from plaza.projecting.follower import Follower
from plaza.projecting.projection import Document, Fold, Projection
from projecting.log import follow_to_the_end

PARKED = """
    SELECT document, key, position, attempts, error,
        extract(epoch FROM retry_at - since)::integer AS retry_after_s
    FROM projecting.parked ORDER BY document, position
"""

RETRY_NOW = "UPDATE projecting.parked SET retry_at = clock_timestamp()"

IsBroken = Callable[[Event], bool]


class Bug(Exception):  # noqa: N818  it is one
    """What a projection's author overlooked."""


def with_bug(projection: Projection, is_broken: IsBroken, *tables: str) -> Projection:
    """The projection, whose folds fail on some events, in some of its tables or in all."""
    documents = tuple(
        document if tables and document.table not in tables else _broken(document, is_broken)
        for document in projection.documents
    )
    return msgspec.structs.replace(projection, documents=documents)


def _broken(document: Document[Any], is_broken: IsBroken) -> Document[Any]:
    on = {kind: _failing(fold, is_broken) for kind, fold in document.on.items()}
    return msgspec.structs.replace(document, on=on)


def _failing(fold: Fold, is_broken: IsBroken) -> Fold:
    def failing(parts: Any, event: Any) -> None:
        if is_broken(event):
            raise Bug("overlooked")
        fold(parts, event)

    return failing


async def parked_in(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    return list(await connection.fetch(PARKED))


async def held_in(connection: asyncpg.Connection) -> list[int]:
    """The positions that are held back, in their order."""
    rows = await connection.fetch("SELECT position FROM projecting.held_fact ORDER BY 1")
    return [row["position"] for row in rows]


async def retry_all(connection: asyncpg.Connection, follower: Follower) -> None:
    """Let everything that is parked be tried once, now."""
    parked = len(await parked_in(connection))
    await connection.execute(RETRY_NOW)
    # Looked for once a second, and at once by who begins.
    follower.forget()
    for _ in range(parked):
        await follower.advance()
    await follow_to_the_end(follower)


def said(event: Event) -> tuple[str, UUID, int]:
    """What tells an event from others, and is the same once it was stored."""
    return event.type(), event.aggregate_id, event.version
