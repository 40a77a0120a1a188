"""Takes a build that nobody else follows along the log, up to a position and no further."""

import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import msgspec

from plaza.kernel.refusals import Conflict
from plaza.outbox.read import Stretch, read_stretch
from plaza.outbox.window import ReadStretch
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.noted_changes import NotingTables
from plaza.projecting.parked import stopped
from plaza.projecting.projection import Projection
from plaza.projecting.reading_ahead import ReadingAhead
from plaza.projecting.routing import Part, reading
from plaza.projecting.steps import Fenced, Shard, last_step, take_step
from plaza.projecting.unheard import Unheard

BULK_FACTS_MAX = 10_000
"""Facts of one transaction: nobody waits for any of them, and a document is often told several."""

STEPS = """
    SELECT DISTINCT ON (shard) shard, upto FROM projecting.step
    WHERE projection = $1 AND build = $2 ORDER BY shard, number DESC
"""

Uptos = Mapping[int, int]
"""How far each shard of a build has come."""

Reached = Callable[[int], None]
"""Told the position that was reached, for whoever shows the progress."""


class BuildStopped(Conflict):
    code = "build_stopped"
    title = "Too much goes wrong with the build"


async def uptos_of(connection: asyncpg.Connection, projection: str, build: int) -> dict[int, int]:
    """How far the shards of a build have come, as far as it is stored."""
    rows = await connection.fetch(STEPS, projection, build)
    return {row["shard"]: row["upto"] for row in rows}


def places_in(uptos: Uptos, shards: int) -> dict[int, int]:
    """Where the shards of a build have to be to cover what another build covers.

    Builds that are split otherwise have no shards in common: there it is the furthest place.
    """
    if len(uptos) == shards:
        return dict(uptos)
    return dict.fromkeys(range(shards), max(uptos.values()))


async def catch_up(
    connection: asyncpg.Connection,
    projection: Projection,
    build: int,
    uptos: Uptos,
    reached: Reached = lambda _: None,
    ahead: asyncpg.Connection | None = None,
    *,
    notes: bool = False,
) -> None:
    """Take each shard of a build as far as it says, and store that it is there.

    Args:
        connection: that may write the build's tables.
        projection: whose build it is.
        build: which nobody reads.
        uptos: by shard; one that is further stays where it is.
        reached: told of each position on the way.
        ahead: another one, free to read what comes next while something is written.
        notes: whether the tags of what changes are noted, for who has made copies of it.

    Raises:
        BuildStopped: so many facts cannot be applied that it was given up.
    """
    # Where nobody keeps answers of it, nobody needs to know what the rows were like before.
    untold = projection if notes else _without_tags(projection)
    kind = NotingTables if notes else BuildTables
    for number, upto in uptos.items():
        part = Part(number, len(uptos))
        tables = await kind.of(connection, untold, build, part)
        shard = Shard(projection=projection.name, build=build, shard=number)
        async with _reading_up_to(upto, reached, ahead) as read:
            parted = reading(read, untold, part)
            follower = Follower(connection, untold, shard, tables, Unheard(), parted)
            await _follow_to_the_end(follower)
        await _check_not_stopped(connection, shard)
        last = await last_step(connection, shard)
        if last.upto < upto:
            await take_step(connection, shard, last, upto, 0)


async def _follow_to_the_end(follower: Follower) -> None:
    while True:
        try:
            with _nothing_collected():
                if not await follower.advance():
                    return
        except Fenced:
            follower.forget()


async def _check_not_stopped(connection: asyncpg.Connection, shard: Shard) -> None:
    is_stopped, _ = await stopped(connection, shard)
    if is_stopped:
        message = (
            f"Build {shard.build} of {shard.projection} stands still, since too many facts cannot "
            f"be applied: `plaza projections show {shard.projection}` says why."
        )
        raise BuildStopped(message)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Look for no cycles: facts make none, and a look through so many costs more than they do."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@asynccontextmanager
async def _reading_up_to(
    upto: int, reached: Reached, ahead: asyncpg.Connection | None
) -> AsyncIterator[ReadStretch]:
    """Reads much at once, and nothing behind a position."""

    async def read(
        connection: asyncpg.Connection, after: int, _: int, types: Sequence[str] | None
    ) -> Stretch:
        reached(after)
        limit = max(0, min(BULK_FACTS_MAX, upto - after))
        return await read_stretch(connection, after, limit, types)

    if ahead is None:
        yield read
        return
    reader = ReadingAhead(ahead, BULK_FACTS_MAX, upto, reached)
    try:
        yield reader.read
    finally:
        await reader.leave()


def _without_tags(projection: Projection) -> Projection:
    documents = tuple(msgspec.structs.replace(d, tags=None) for d in projection.documents)
    return msgspec.structs.replace(projection, documents=documents)
