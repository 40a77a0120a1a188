"""Rebuilding read models on an installation: for operators at a terminal, and for projectors."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.kernel.refusals import Refusal
from plaza.operations.audits import Audit, auditing
from plaza.operations.audits import Progress as OfDocuments
from plaza.operations.vendor_rebuilds import check_of_vendors, rebuild_vendor, vendor_named
from plaza.operations.warming import Warmed, Warming
from plaza.outbox.channels import Channels
from plaza.outbox.snapshot import Snapshot
from plaza.projecting import rebuilding, switching
from plaza.projecting.builds import NotBuilt, live_build
from plaza.projecting.filling import Progress
from plaza.projecting.projection import Projection
from plaza.projecting.rebuilding import FilledElsewhere, NothingReady
from plaza.projecting.replaying import LogIncomplete
from plaza.projecting.snapshots import Source
from plaza.projecting.steps import Fenced
from plaza.projecting.switching import BuildsMoved
from plaza.projecting.verifying import Comparison
from plaza.projecting.wishes import Wish, fulfil, open_wishes
from plaza.reading.served_copy import Asked
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens, open_redis

UNFINISHED = """
    SELECT projection, build FROM projecting.build WHERE status = 'filling' ORDER BY since
"""
SWITCHES = """
    SELECT projection FROM projecting.build
    WHERE status = 'ready' AND switches AND verified_at IS NOT NULL
        AND (differences ->> 'total')::bigint = 0
"""
IS_DUE = """
    SELECT EXISTS (SELECT FROM projecting.build WHERE status = 'filling' OR NOT told
            OR status = 'ready' AND switches AND (differences ->> 'total')::bigint = 0)
        OR EXISTS (SELECT FROM projecting.wish WHERE done_at IS NULL)
"""

log = structlog.get_logger()


class Rebuilds:
    """Does to builds what is asked, as the owner of their tables."""

    def __init__(
        self,
        settings: Settings,
        redis: Redis,
        channels: Channels,
        warming: Warming,
        snapshots: Sequence[Snapshot],
    ) -> None:
        self._settings = settings
        self._warming = warming
        self._snapshots = snapshots
        self._redis = redis
        self._channels = channels

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._settings.database_url,
            server_settings={
                "role": "plaza_owner",
                "plaza.scope": "market",
                "application_name": "plaza rebuild",
                "jit": "off",
            },
        )

    async def begin(self, projection: Projection, *, switches: bool, source: Source = "log") -> int:
        """Make a new build that is still empty; gives its number."""
        async with self._connected() as connection:
            return await rebuilding.begin_rebuild(
                connection,
                projection,
                switches=switches,
                source=source,
                snapshots=self._snapshots,
            )

    async def fill(self, projection: Projection, build: int, progress: Progress) -> Comparison:
        """Fill it, compare it with the live one, and have projectors follow it."""
        found = await rebuilding.fill(self.connect, projection, build, progress, self._snapshots)
        await self._call_followers()
        return found

    async def verify(self, projection: Projection, progress: Progress) -> Comparison:
        """Compare once more the build that is ready."""
        found = await rebuilding.verify(self.connect, projection, progress, self._snapshots)
        await self._call_followers()
        return found

    async def switch(self, projection: Projection, *, accept_differences: bool = False) -> int:
        """Have the build that is ready read; gives its number."""
        async with self._connected() as connection:
            warmed = await self._warmed(connection, projection)
            switched = await switching.switch(
                connection,
                projection,
                accept_differences=accept_differences,
                since=warmed.since,
            )
            await self._warming.put(projection, warmed, switched)
            await self._tell(connection)
        return switched.build

    async def switch_to(self, projection: Projection, build: int) -> None:
        """Have this build read; the projector, for whom it is due as well, may be faster."""
        try:
            await self.switch(projection)
        except (NothingReady, BuildsMoved):
            async with self._connected() as connection:
                if await live_build(connection, projection) != build:
                    raise

    async def rollback(self, projection: Projection) -> int:
        """Have the build read again that was live before; gives its number."""
        async with self._connected() as connection:
            build = await switching.rollback(connection, projection)
            await self._tell(connection)
        return build

    async def retire(self, projection: Projection, build: int | None) -> list[int]:
        """Drop builds that are not read; gives their numbers."""
        async with self._connected() as connection:
            retired = await switching.retire(connection, projection, build)
        await self._call_followers()
        return retired

    async def rebuild_vendor(
        self, projection: Projection, vendor: str, progress: OfDocuments
    ) -> Audit:
        """Have the documents of a vendor, named by slug or id, be what the log says."""
        check_of_vendors(projection)
        async with auditing(self._settings) as work:
            vendor_id = await vendor_named(work.connection, vendor)
            return await rebuild_vendor(work, projection, vendor_id, progress)

    async def is_anything_due(self) -> bool:
        """Whether something was asked for, or left undone by who was killed."""
        async with self._connected() as connection:
            return bool(await connection.fetchval(IS_DUE))

    async def finish(self, projections: Sequence[Projection]) -> None:
        """Do all that is due; what fails is left for the next time and keeps back nothing else."""
        known = {projection.name: projection for projection in projections}
        async with self._connected() as connection:
            for wish in await open_wishes(connection):
                if wish.projection in known:
                    await _apart(
                        self._done(connection, wish, known[wish.projection]), wish.projection
                    )
            for name, build in await connection.fetch(UNFINISHED):
                if name in known:
                    await _apart(self._filled(known[name], build), name)
            for (name,) in await connection.fetch(SWITCHES):
                if name in known:
                    await _apart(self.switch(known[name]), name)
            await self._tell(connection)

    async def _done(
        self, connection: asyncpg.Connection, wish: Wish, projection: Projection
    ) -> None:
        await fulfil(connection, wish, await self._fulfilled(wish, projection))

    async def _fulfilled(self, wish: Wish, projection: Projection) -> str | None:
        """Do what is asked; why it cannot be done, where it cannot."""
        try:
            if wish.vendor_id is not None:
                await self._mend(projection, wish.vendor_id)
            elif wish.wish == "rebuild":
                await self.begin(projection, switches=wish.is_switched, source=wish.source)
            elif wish.wish == "switch":
                await self.switch(projection, accept_differences=wish.accepts_differences)
            else:
                await self.rollback(projection)
        except (Refusal, LogIncomplete, NotBuilt) as refusal:
            why = str(refusal)
        except Fenced:
            why = "Followers were faster each time: not all was written. Ask again."
        else:
            return None
        log.warning("wish_refused", wish=wish.wish, of=wish.projection, why=why)
        return why

    async def _mend(self, projection: Projection, vendor_id: UUID) -> None:
        audit = await self.rebuild_vendor(projection, str(vendor_id), _nobody_looks)
        log.info(
            "rebuilt_of_vendor",
            projection=projection.name,
            vendor_id=str(vendor_id),
            documents=audit.documents,
            mended=len(audit.repaired),
        )

    async def _filled(self, projection: Projection, build: int) -> None:
        try:
            found = await self.fill(projection, build, _nobody_looks)
        except FilledElsewhere:
            return
        say = log.warning if found.total else log.info
        say("rebuilt", projection=projection.name, build=build, differing=found.total)

    async def _warmed(self, connection: asyncpg.Connection, projection: Projection) -> Warmed:
        """Copies of the build that is ready; none, where they cannot be made."""
        build = await rebuilding.ready_build(connection, projection)
        try:
            return await self._warming.make(connection, projection, build)
        except (RedisError, *DATABASE_ERRORS) as error:
            log.warning("copies_not_warmed", projection=projection.name, error=repr(error))
            return Warmed()

    async def _tell(self, connection: asyncpg.Connection) -> None:
        """Have copies of what another build showed let go of; a projector tries again."""
        try:
            await switching.tell_switches(connection, self._redis, self._channels)
        except (RedisError, OSError) as error:
            log.warning("switch_not_told", error=repr(error))

    async def _call_followers(self) -> None:
        """Followers look again and again; this is to have them look at once."""
        try:
            await self._redis.publish(self._channels.builds, b"")
        except (RedisError, OSError) as error:
            log.warning("builds_not_told", error=repr(error))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self.connect()
        try:
            yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def rebuilds(
    settings: Settings, asked: Mapping[str, Asked], snapshots: Sequence[Snapshot] = ()
) -> AsyncIterator[Rebuilds]:
    """With connections to Redis until it is left.

    Args:
        settings: of the installation.
        asked: what the keys of served copies ask, by read model.
        snapshots: what tells the present state, for who rebuilds from it.
    """
    channels = Channels((await epoch_tokens(settings)).epoch_id)
    async with open_redis(settings) as redis:
        warming = Warming(settings, redis, channels, asked)
        yield Rebuilds(settings, redis, channels, warming, snapshots)


async def _apart(doing: Awaitable[object], projection: str) -> None:
    try:
        await doing
    except Refusal as refusal:
        log.warning("not_rebuilt", projection=projection, why=str(refusal))
    except Exception:
        log.exception("not_rebuilt", projection=projection)


def _nobody_looks(_: int, __: int | None) -> None:
    """Nobody sees the progress of a job; it stands in the build's steps."""
