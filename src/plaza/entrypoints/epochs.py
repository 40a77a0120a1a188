"""What is opened under an epoch of the log is opened anew under the next.

After a restore or a failover the log may hold less than before. Whatever a process remembers of it
(positions, answers, tokens, the names of what it keeps in Redis) may then be of changes that never
happened, so that nothing of it is taken along.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from uuid import UUID

import asyncpg
import structlog

from plaza.kernel.cancelling import cancelled
from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.operations.revisions import check_migrated
from plaza.outbox.epoch import present_log
from plaza.settings import Settings

LOOK_INTERVAL_S = 1.0
CONNECT_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 1.0

ENDED = "the log has begun another epoch, under which everything is opened anew"
MOVED = "the log is not the one that was sequenced last: a projector or `plaza migrate` begins anew"

Open = Callable[[AsyncExitStack], Awaitable[None]]
"""Opens everything; the stack closes it."""
Doubt = Callable[[str | None], None]
"""Told why what is open is not to be relied on; None: it is."""

log = structlog.get_logger()


@asynccontextmanager
async def anew_each_epoch(
    settings: Settings,
    open_all: Open,
    *,
    doubt: Doubt | None = None,
    overlap_s: float | None = None,
) -> AsyncIterator[None]:
    """Keep everything open under the epoch that there is.

    Args:
        settings: where the log is.
        open_all: opens it; called again for each further epoch.
        doubt: told as soon as it is noticed that what is open is out of date.
        overlap_s: how long what was open stays so beside what is new, for those who are at it;
            None: it is closed first.
    """
    keeping = Keeping(settings, open_all, doubt or (lambda _: None), overlap_s)
    await keeping.begin()
    watching = asyncio.create_task(keeping.watch())
    try:
        yield
    finally:
        await cancelled(watching)
        await keeping.end()


class Life:
    """What is open, in a task of its own: who opens something has to be who closes it."""

    def __init__(self, open_all: Open) -> None:
        self._opened = asyncio.Event()
        self._leaving = asyncio.Event()
        self._living = asyncio.create_task(self._live(open_all))

    async def begun(self) -> None:
        """Wait until all of it is open; raises what stood against that."""
        opened = asyncio.create_task(self._opened.wait())
        await asyncio.wait([opened, self._living], return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if not self._opened.is_set():
            await self._living

    async def end(self, after_s: float = 0.0) -> None:
        """Close it; sooner, where somebody else ends it sooner."""
        with suppress(TimeoutError):
            async with asyncio.timeout(after_s):
                await self._leaving.wait()
        self._leaving.set()
        await asyncio.wait([self._living])
        await self._living

    async def _live(self, open_all: Open) -> None:
        async with AsyncExitStack() as stack:
            await open_all(stack)
            self._opened.set()
            await self._leaving.wait()


class Keeping:
    """Looks every second whether the log is still the same."""

    def __init__(
        self, settings: Settings, open_all: Open, doubt: Doubt, overlap_s: float | None
    ) -> None:
        self._settings = settings
        self._open_all = open_all
        self._doubt = doubt
        self._overlap_s = overlap_s
        self._epoch_id: UUID | None = None
        self._life: Life | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._lives: set[Life] = set()

    async def begin(self) -> None:
        """Open everything for the first time."""
        connection = await self._connect()
        try:
            # Before anything else asks for it: who asks later finds this one or a later one, and
            # in that case everything is opened once too often.
            present = await present_log(connection)
        except asyncpg.UndefinedTableError:
            """Not migrated, as is said before anything is opened."""
            present = None
        finally:
            await connection.close(timeout=CLOSE_TIMEOUT_S)
        self._epoch_id = None if present is None else present.epoch_id
        self._life = await self._begun()

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self._watch()
            except DATABASE_ERRORS as error:
                log.warning("epoch_unknown", error=repr(error))
            except Exception:
                log.exception("not_opened_anew")
            await asyncio.sleep(LOOK_INTERVAL_S)

    async def end(self) -> None:
        """Close what is open."""
        await asyncio.gather(*(life.end() for life in tuple(self._lives)))
        if self._ending:
            await asyncio.wait(self._ending)

    async def _watch(self) -> None:
        connection = await self._connect()
        try:
            while True:
                present = await present_log(connection)
                if present is not None and present.epoch_id != self._epoch_id:
                    self._doubt(ENDED)
                    await self._renew(present.epoch_id)
                elif present is not None:
                    self._doubt(MOVED if present.has_moved else None)
                await asyncio.sleep(LOOK_INTERVAL_S)
        finally:
            with suppress(*DATABASE_ERRORS):
                await connection.close(timeout=CLOSE_TIMEOUT_S)

    async def _renew(self, epoch_id: UUID) -> None:
        log.warning("epoch_begun", epoch_id=str(epoch_id))
        if self._overlap_s is None and self._life is not None:
            await self._ended(self._life, 0.0)
            self._life = None
        before, self._life = self._life, await self._begun()
        self._epoch_id = epoch_id
        if before is not None:
            ending = asyncio.create_task(self._ended(before, self._overlap_s or 0.0))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _begun(self) -> Life:
        await check_migrated(self._settings)
        life = Life(self._open_all)
        self._lives.add(life)
        try:
            await life.begun()
        except Exception:
            self._lives.discard(life)
            raise
        return life

    async def _ended(self, life: Life, after_s: float) -> None:
        try:
            await life.end(after_s)
        except Exception:
            # It may have been at what the failover took away.
            log.exception("not_closed_well")
        finally:
            self._lives.discard(life)

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._settings.database_url,
            timeout=CONNECT_TIMEOUT_S,
            server_settings={"role": "plaza_reader", "application_name": "plaza epoch"},
        )
