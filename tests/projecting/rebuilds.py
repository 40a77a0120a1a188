"""Rebuilding in tests: read models with something in them, and what their builds show."""

from collections.abc import Iterable
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting.building import shown_tables
from plaza.projecting.projection import Projection
from plaza.projecting.rebuilding import begin_rebuild, fill
from plaza.projecting.verifying import Comparison
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from projecting.connecting import Connect
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from read_models.chatter import Chatter

INDEXES = """
    SELECT replace(indexdef, '_b' || $2 || '_', '_b_') AS definition FROM pg_indexes
    WHERE format('%I.%I', schemaname, tablename) = ANY ($1)
"""
STEPS = """
    SELECT number, upto, facts FROM projecting.step
    WHERE projection = $1 AND build = $2 AND number > 0 ORDER BY number
"""
FACTS = "SELECT count(*) FROM outbox.event WHERE type = ANY ($1)"
STATUSES = "SELECT build, status FROM projecting.build WHERE projection = $1 ORDER BY build"


async def told_and_followed(
    connection: asyncpg.Connection, projections: Iterable[Projection], *, seed: int, facts: int
) -> None:
    """Tell a log of that many facts, and have the first builds follow it."""
    projections = list(projections)
    story = Chatter(Random(seed), *projections).tells(facts)  # noqa: S311  no secret
    await tell(connection, *story)
    await sequence(connection)
    for projection in projections:
        await follow_to_the_end(await a_follower(connection, projection))


async def rebuilt(
    connect: Connect, projection: Projection, *, switches: bool = False
) -> tuple[int, Comparison]:
    """A new build, filled and compared."""
    build = await begin_rebuild(await connect(), projection, switches=switches)
    return build, await fill(connect, projection, build, lambda _, __: None)


async def shown_in(
    connection: asyncpg.Connection, projection: Projection, build: int
) -> list[list[str]]:
    """All rows of a build, table by table."""
    return [
        [row[0] for row in await connection.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")]
        for table in shown_tables(projection, build)
    ]


async def views_show(connection: asyncpg.Connection, projection: Projection) -> list[list[str]]:
    """All rows that readers see, table by table."""
    views = [name.rpartition("_b")[0] for name in shown_tables(projection, 1)]
    return [
        [row[0] for row in await connection.fetch(f"SELECT t::text FROM {view} t ORDER BY 1")]
        for view in views
    ]


async def indexes_of(
    connection: asyncpg.Connection, projection: Projection, build: int
) -> list[str]:
    """The indexes of a build's tables, told without its number."""
    tables = shown_tables(projection, build)
    rows = await connection.fetch(INDEXES, tables, str(build))
    return sorted(row["definition"].replace(f"_b{build} ", "_b ") for row in rows)


async def statuses_of(connection: asyncpg.Connection, projection: Projection) -> dict[int, str]:
    rows = await connection.fetch(STATUSES, projection.name)
    return {row["build"]: row["status"] for row in rows}


async def steps_in(connection: asyncpg.Connection, build: int) -> list[asyncpg.Record]:
    """The steps of a build of the listing, the first one left out."""
    return list(await connection.fetch(STEPS, PRODUCT_LISTING.name, build))


async def facts_of(connection: asyncpg.Connection, projection: Projection) -> int:
    """How many facts of the log concern a read model."""
    types = list(projection.events())
    return int(await connection.fetchval(FACTS, types))


def category_tree_with_a_bug(about: UUID) -> Projection:
    """The tree as another version of the code has it, which gets one category wrong."""
    document, *others = CATEGORY_TREE.documents

    def rows(key: UUID, parts: Any) -> list[msgspec.Struct]:
        name = f"Not {parts.name}" if key == about else parts.name
        return list(document.rows(key, msgspec.structs.replace(parts, name=name)))

    wrong = msgspec.structs.replace(document, rows=rows)
    return msgspec.structs.replace(CATEGORY_TREE, documents=(wrong, *others))
