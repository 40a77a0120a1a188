"""A build that is stopped because everything fails: what it showed is shown on, and nothing else.

An operator starts it again. So does a follower that takes over: it may be of a newer version.
"""

import time

import asyncpg
import structlog

from plaza.projecting import parked
from plaza.projecting.steps import Shard

LOOK_INTERVAL_S = 1.0

log = structlog.get_logger()


class Standstill:
    """Whether one follower stands still."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._stands = False
        self._is_noted = False
        """Whether there is a row that says so; it goes with the first batch that is written."""
        self._looked_at = 0.0

    async def load(self, connection: asyncpg.Connection) -> None:
        """Begin; what stood still before is tried once more."""
        self._is_noted, _ = await parked.stopped(connection, self._shard)
        self._stands = False

    async def holds(self, connection: asyncpg.Connection) -> bool:
        """Whether to take nothing; whether an operator wants it to go on is asked now and then."""
        if self._stands and time.monotonic() - self._looked_at >= LOOK_INTERVAL_S:
            self._looked_at = time.monotonic()
            self._is_noted, is_to_be_tried = await parked.stopped(connection, self._shard)
            self._stands = self._is_noted and not is_to_be_tried
        return self._stands

    async def stop(self, connection: asyncpg.Connection, error: Exception) -> None:
        """Stand still from now on."""
        await parked.stop(connection, self._shard, error)
        self._stands = self._is_noted = True
        self._looked_at = time.monotonic()
        log.error(
            "projection_stopped",
            projection=self._shard.projection,
            build=self._shard.build,
            error=repr(error),
            cause=repr(error.__cause__),
        )

    async def went_on(self, connection: asyncpg.Connection) -> None:
        """A batch was committed."""
        if self._is_noted:
            await parked.go_on(connection, self._shard)
            self._is_noted = False
