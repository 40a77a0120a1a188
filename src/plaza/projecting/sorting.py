"""Keeps sorted sets in Redis in step with the tables that they are made of.

They say which position they cover, so that a reader knows whether they are late, and by a guard
whoever writes next knows whether anything was lost or somebody else has written. Then, and when a
projector has just begun, they are filled anew beside what is going on, closed to readers meanwhile.
"""

import asyncio
from collections.abc import Collection
from uuid import UUID, uuid4

import asyncpg
import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, RedisError

from plaza.kernel.cancelling import cancelled
from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.outbox.channels import Channels, everything
from plaza.outbox.sorted_names import SortedNames
from plaza.projecting.sorted_scripts import BEGIN, WRITE
from plaza.projecting.sorted_shape import SortedShape

DOCUMENTS_MAX = 200
"""As many are written at once: Redis does nothing else meanwhile."""

FIRST_ID = UUID(int=0)

UNREADABLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

log = structlog.get_logger()


class Sorting:
    """Writes one read model's sorted sets."""

    def __init__(
        self, pool: asyncpg.Pool, redis: Redis, channels: Channels, shape: SortedShape
    ) -> None:
        self._pool = pool
        self._redis = redis
        self._shape = shape
        self._names = SortedNames(channels, shape.projection)
        self._begin, self._write = redis.register_script(BEGIN), redis.register_script(WRITE)
        self._me, self._writes = uuid4().hex, 0
        self._at = 0
        self._has_begun = False
        """Whether Redis holds what this one has written, as far as is known."""
        self._is_new = True
        self._is_open = False
        self._filling: asyncio.Task[None] | None = None
        # Between asking for a document and writing it nobody else may write a later one.
        self._writing = asyncio.Lock()

    async def copy(self, tags: Collection[str], upto: int) -> None:
        """Write what the tags name, as of that position or later.

        Raises:
            RedisError: Redis is away and holds what it held; tell it again.
        """
        async with self._writing:
            self._at = upto
            try:
                await self._follow(tags)
            except (*UNREADABLE, OutOfMemoryError) as error:
                await self._leave_to_postgres(error)

    async def stop(self) -> None:
        """Fill no further."""
        if self._filling is not None:
            await cancelled(self._filling)

    async def _follow(self, tags: Collection[str]) -> None:
        anew = {everything(self._shape.projection), self._shape.rebuilt_on}
        if not self._has_begun or not anew.isdisjoint(tags):
            await self._start_over()
            return
        ids = self._named(tags, self._shape.documents_tag)
        vendors = self._named(tags, self._shape.vendors_tag)
        is_let = True
        while is_let and len(ids) > DOCUMENTS_MAX:
            is_let = await self._put(ids[:DOCUMENTS_MAX], [])
            ids = ids[DOCUMENTS_MAX:]
        if not (is_let and await self._put(ids, vendors, opens=self._is_open)):
            await self._start_over()

    async def _start_over(self) -> None:
        """Empty everything and begin to fill it, unless another one is further."""
        if self._filling is not None:
            self._filling.cancel()
        self._me, self._writes, self._is_open = uuid4().hex, 0, False
        names = [] if self._shape.names is None else await self._pool.fetch(self._shape.names)
        told = [text for name, meaning in names for text in (name, meaning)]
        begun = (self._guard(0), self._at, int(self._is_new), *told)
        self._has_begun = bool(await self._begin(self._names.keys(), begun))
        if self._has_begun:
            self._is_new = False
            self._filling = asyncio.create_task(self._fill())

    async def _fill(self) -> None:
        """Write everything there is, letting changes go first."""
        after: UUID | None = FIRST_ID
        vendors: list[UUID] | None = None
        try:
            while after is not None and self._has_begun:
                async with self._writing:
                    after = await self._fill_on(after, vendors)
                vendors = []
        except (RedisError, *DATABASE_ERRORS) as error:
            # The next time that anything is told, it begins again.
            self._has_begun = False
            log.warning("sorted_sets_unfilled", of=self._shape.projection, error=repr(error))

    async def _fill_on(self, after: UUID, vendors: list[UUID] | None) -> UUID | None:
        """Write what comes next; what it ended with, or None where that was all."""
        rows = await self._pool.fetch(self._shape.next_ids, after, DOCUMENTS_MAX)
        ids = [row["product_id"] for row in rows]
        self._is_open = await self._put(ids, vendors, opens=not ids) and not ids
        return ids[-1] if ids else None

    async def _put(
        self, ids: list[UUID], vendors: list[UUID] | None, *, opens: bool = False
    ) -> bool:
        """Write documents and vendors as they are now; whether nothing stood against it.

        Args:
            ids: of the documents.
            vendors: None for all of them.
            opens: whether readers may look afterwards.
        """
        texts = await self._texts_of(ids) if ids else []
        rows = [] if vendors == [] else await self._pool.fetch(self._shape.vendors, vendors)
        listed = [text for row in rows for text in (str(row["vendor_id"]), int(row["listed"]))]
        guards = (self._guard(self._writes), self._guard(self._writes + 1))
        place = (self._at, int(opens), len(ids))
        written = await self._write(self._names.keys(), (*guards, *place, *texts, *listed))
        self._has_begun, self._writes = bool(written), self._writes + 1
        return self._has_begun

    async def _texts_of(self, ids: list[UUID]) -> list[str | bytes]:
        kept = self._shape.kept_of(await self._pool.fetch(self._shape.kept, ids))
        texts: list[str | bytes] = []
        for document_id in ids:
            document = kept.get(document_id)
            text = b"" if document is None else msgspec.json.encode(document)
            texts += (str(document_id), text)
        return texts

    async def _leave_to_postgres(self, error: Exception) -> None:
        """What cannot be kept in step is not to be read: deleting it always fits."""
        if self._has_begun or self._is_new:
            log.warning("sorted_sets_given_up", of=self._shape.projection, error=repr(error))
        self._has_begun = self._is_new = False
        await self._redis.delete(self._names.meta)

    def _guard(self, writes: int) -> str:
        return f"{self._me}:{writes}"

    def _named(self, tags: Collection[str], beginning: str) -> list[UUID]:
        return [UUID(tag.removeprefix(beginning)) for tag in tags if tag.startswith(beginning)]
