"""The database's time, known to a process without asking at every request.

Hosts' clocks differ, and jump. What several hosts judge by the time (is a token over, has a message
come too late) they judge by the one clock that they share.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import structlog

from plaza.kernel.database_errors import DATABASE_ERRORS

ASKED_EVERY_S = 5.0
ASKING_TIMEOUT_S = 3.0

NOW = "SELECT clock_timestamp()"

log = structlog.get_logger()


class DatabaseClock:
    """A clock that was set by PostgreSQL, and goes on by what no host can set back."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._set_to = datetime.min.replace(tzinfo=UTC)
        self._set_at = 0.0

    def __call__(self) -> datetime:
        return self._set_to + timedelta(seconds=time.monotonic() - self._set_at)

    async def ask(self) -> None:
        """Set it; to be awaited before it is looked at."""
        now = await self._pool.fetchval(NOW)
        self._set_to, self._set_at = now, time.monotonic()

    async def run(self) -> None:
        """Set it again and again, until cancelled; without an answer it goes on as it is."""
        while True:
            await asyncio.sleep(ASKED_EVERY_S)
            try:
                async with asyncio.timeout(ASKING_TIMEOUT_S):
                    await self.ask()
            except DATABASE_ERRORS as error:
                log.warning("time_unknown", error=repr(error))
