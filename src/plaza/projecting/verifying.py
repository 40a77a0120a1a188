"""Whether a build shows what the live one shows, both as of the same position of the log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.refusals import Conflict
from plaza.projecting.building import table_name
from plaza.projecting.builds import live_build
from plaza.projecting.catching_up import Uptos, catch_up, places_in, uptos_of
from plaza.projecting.projection import Projection

BUCKETS = 1024
BUCKETS_AT_ONCE = 64
NAMED_MAX = 100
POLL_INTERVAL_S = 0.1
STANDSTILL_TIMEOUT_S = 30.0

FIRST_KEY_COLUMN = """
    SELECT a.attname FROM pg_index i
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = $1::text::regclass AND i.indisprimary
"""

# Sums do not depend on the order in which rows are found.
BUCKET_SUMS = """
    SELECT hashtext(t.{key}::text) & ({buckets} - 1) AS place, count(*) AS rows,
        sum(hashtextextended(t::text, 0)) AS checksum
    FROM {table} t GROUP BY 1
"""
KEY_SUMS = """
    SELECT t.{key} AS place, count(*) AS rows, sum(hashtextextended(t::text, 0)) AS checksum
    FROM {table} t WHERE hashtext(t.{key}::text) & ({buckets} - 1) = ANY ($1::int[]) GROUP BY 1
"""

Sums = dict[Any, tuple[int, int]]
"""How many rows and their checksum, by bucket or key."""


class LiveBuildStands(Conflict):
    code = "live_build_stands"
    title = "The live build does not go on"


class Difference(msgspec.Struct, frozen=True):
    """A document that shows something else than in the live build.

    Attributes:
        document: the table that it stands in.
        found: missing where only the live build has it, surplus where only the other one has.
    """

    document: str
    key: UUID
    found: Literal["missing", "surplus", "different"]


class Comparison(msgspec.Struct, frozen=True):
    """What came of comparing two builds.

    Attributes:
        rows: as many were compared.
        total: as many documents differ.
        named: the first of them.
    """

    rows: int
    total: int
    named: list[Difference]


async def compare(
    reads: asyncpg.Connection, writes: asyncpg.Connection, projection: Projection, build: int
) -> Comparison:
    """Compare a build with the live one, while that one goes on.

    Args:
        reads: sees the live build as of one moment.
        writes: takes the other one to the very position where the live one was then.
        projection: whose builds they are.
        build: which nobody else follows.

    Raises:
        LiveBuildStands: the build is further than the live one, which does not follow.
    """
    live = await live_build(reads, projection)
    try:
        async with asyncio.timeout(STANDSTILL_TIMEOUT_S) as waiting:
            while True:
                async with _as_of_one_moment(reads):
                    uptos = await uptos_of(reads, projection.name, live)
                    if await _is_there(writes, projection, build, uptos):
                        waiting.reschedule(None)
                        return await _compared(reads, live, writes, build, projection)
                await asyncio.sleep(POLL_INTERVAL_S)
    except TimeoutError as error:
        message = (
            f"Build {build} of {projection.name} is further than the live build {live}, which no "
            "projector follows: see that one runs, then verify again."
        )
        raise LiveBuildStands(message) from error


async def _is_there(
    connection: asyncpg.Connection, projection: Projection, build: int, uptos: Uptos
) -> bool:
    """Take a build to where the live one was; whether both are at the same place then."""
    places = places_in(uptos, projection.shards)
    await catch_up(connection, projection, build, places)
    is_no_further = places == await uptos_of(connection, projection.name, build)
    return is_no_further and {*uptos.values()} == {*places.values()}


@asynccontextmanager
async def _as_of_one_moment(connection: asyncpg.Connection) -> AsyncIterator[None]:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


async def _compared(
    reads: asyncpg.Connection,
    live: int,
    writes: asyncpg.Connection,
    build: int,
    projection: Projection,
) -> Comparison:
    rows, total, named = 0, 0, list[Difference]()
    keys = {document.table: document.key for document in projection.documents}
    for table in projection.derived:
        source = table_name(projection, table, build)
        keys[table] = await writes.fetchval(FIRST_KEY_COLUMN, source)
    for table, key in keys.items():
        one = _Side(reads, table_name(projection, table, live), key)
        other = _Side(writes, table_name(projection, table, build), key)
        buckets, counted = await _differing_buckets(one, other)
        rows += counted
        for at in range(0, len(buckets), BUCKETS_AT_ONCE):
            found = await _differing_keys(one, other, buckets[at : at + BUCKETS_AT_ONCE])
            total += len(found)
            some = sorted(found.items())[: NAMED_MAX - len(named)]
            named += [Difference(table, key, what) for key, what in some]
    return Comparison(rows, total, named)


class _Side:
    """One of the tables that are compared."""

    def __init__(self, connection: asyncpg.Connection, table: str, key: str) -> None:
        self._connection = connection
        self._names = {"table": table, "key": key, "buckets": BUCKETS}

    async def bucket_sums(self) -> Sums:
        return _sums(await self._connection.fetch(BUCKET_SUMS.format(**self._names)))

    async def key_sums(self, buckets: list[int]) -> Sums:
        return _sums(await self._connection.fetch(KEY_SUMS.format(**self._names), buckets))


async def _differing_buckets(one: _Side, other: _Side) -> tuple[list[int], int]:
    """The buckets that differ, and how many rows the other side has."""
    here, there = await asyncio.gather(one.bucket_sums(), other.bucket_sums())
    buckets = sorted(place for place in here | there if here.get(place) != there.get(place))
    return buckets, sum(rows for rows, _ in there.values())


async def _differing_keys(
    one: _Side, other: _Side, buckets: list[int]
) -> dict[UUID, Literal["missing", "surplus", "different"]]:
    here, there = await asyncio.gather(one.key_sums(buckets), other.key_sums(buckets))
    found: dict[UUID, Literal["missing", "surplus", "different"]] = {}
    for key in here | there:
        if key not in there:
            found[key] = "missing"
        elif key not in here:
            found[key] = "surplus"
        elif here[key] != there[key]:
            found[key] = "different"
    return found


def _sums(rows: list[asyncpg.Record]) -> Sums:
    return {row["place"]: (row["rows"], int(row["checksum"])) for row in rows}
