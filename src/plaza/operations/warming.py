"""Copies of a build's answers, made before it is read, so that a switch sends nobody to PostgreSQL.

Followers note which tags of a build that is ready they change; what changed after its copies were
made is left to be asked again.
"""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from importlib.metadata import version
from typing import Any

import asyncpg
import msgspec
import structlog
from redis.asyncio import Redis

from plaza.kernel.keys import derived_key
from plaza.kernel.refusals import Refusal
from plaza.outbox.channels import Channels, everything
from plaza.projecting.announcer import BEHIND
from plaza.projecting.building import shown_tables
from plaza.projecting.catching_up import uptos_of
from plaza.projecting.projection import Projection
from plaza.projecting.switching import Switched
from plaza.reading.copies import Copies
from plaza.reading.cursor import Cursors
from plaza.reading.entry import Rendered
from plaza.reading.pools import open_public_pool
from plaza.reading.served_copy import Asked
from plaza.settings import Settings

COPIES_MAX = 10_000
SIZE_MAX_BYTES = 100_000_000
POOL_SIZE = 1
"""One question at a time: readers go first."""

log = structlog.get_logger()


class Warmed(msgspec.Struct):
    """What was made of a build.

    Attributes:
        since: the position that it was at before; None where it cannot be told.
        incarnation: of Redis, before.
    """

    since: int | None = None
    incarnation: bytes = b""
    copies: dict[str, Rendered] = {}


class Warming:
    """Makes the copies that are in use anew, of another build."""

    def __init__(
        self, settings: Settings, redis: Redis, channels: Channels, asked: Mapping[str, Asked]
    ) -> None:
        self._settings = settings
        self._copies = Copies(redis, channels, version("plaza"))
        self._cursors = Cursors(derived_key(settings.secret(), "cursor"))
        self._asked = asked

    async def make(
        self, connection: asyncpg.Connection, projection: Projection, build: int
    ) -> Warmed:
        """Ask a build that nobody reads yet what is asked of the other one.

        Raises:
            RedisError: Redis is away.
        """
        uptos = await uptos_of(connection, projection.name, build)
        incarnation = await self._copies.incarnation()
        # Shards are at places of their own, and a copy is as of one.
        is_served = self._settings.served_copies and projection.name in self._asked
        if not is_served or len(uptos) > 1 or incarnation is None:
            return Warmed()
        warmed = Warmed(min(uptos.values()), incarnation)
        async with aclosing(self._rendered(projection, build)) as rendered:
            size_bytes = 0
            async for key, copy in rendered:
                warmed.copies[key] = copy
                size_bytes += len(copy.body)
                if len(warmed.copies) == COPIES_MAX or size_bytes > SIZE_MAX_BYTES:
                    break
        return warmed

    async def put(self, projection: Projection, warmed: Warmed, switched: Switched) -> None:
        """Leave the copies that are still good where readers look."""
        kept = 0
        for key, copy in warmed.copies.items():
            tags = {*copy.tags} - {everything(projection.name)}
            if switched.changed.isdisjoint(tags):
                at = switched.upto + BEHIND
                kept += await self._copies.put(key, copy, at, warmed.incarnation)
        log.info("copies_warmed", projection=projection.name, made=len(warmed.copies), kept=kept)

    async def _rendered(
        self, projection: Projection, build: int
    ) -> AsyncGenerator[tuple[str, Rendered], None]:
        assert self._settings.database_url is not None
        ask = self._asked[projection.name]
        pool = await open_public_pool(self._settings.database_url, POOL_SIZE)
        reads: Any = ReadsBuild(pool, projection, build)
        try:
            async for key in self._copies.in_use(projection.name):
                question = ask(key, self._cursors)
                if question is not None:
                    try:
                        yield key, await question.fill(reads)
                    except Refusal:
                        # What was asked for is not there in this build: then nothing is kept.
                        continue
        finally:
            await pool.close()


class ReadsBuild:
    """Answers questions about views from the tables of a build that is not behind them."""

    def __init__(self, pool: asyncpg.Pool, projection: Projection, build: int) -> None:
        self._tables = {
            table.removesuffix(f"_b{build}"): table for table in shown_tables(projection, build)
        }
        views = "|".join(map(re.escape, self._tables))
        self._views = re.compile(rf"\b(?:{views})\b")
        self.fetch = self._asking(pool.fetch)
        self.fetchrow = self._asking(pool.fetchrow)
        self.fetchval = self._asking(pool.fetchval)

    def _asking(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asking(query: str, *arguments: Any) -> Any:
            return await ask(self._views.sub(self._table_of, query), *arguments)

        return asking

    def _table_of(self, view: re.Match[str]) -> str:
        return self._tables[view[0]]
