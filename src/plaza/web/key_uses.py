"""When each API key was last used, written down now and then and not at every request."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import structlog

from plaza.kernel.clock import Clock

WRITE_INTERVAL_S = 20.0
NOTED_MAX = 10_000

WriteUses = Callable[[dict[UUID, datetime]], Awaitable[None]]

log = structlog.get_logger()


class KeyUses:
    """What a process has seen of its API keys since it last wrote it down."""

    def __init__(self, write: WriteUses, clock: Clock) -> None:
        self._write = write
        self._clock = clock
        self._noted: dict[UUID, datetime] = {}

    def note(self, key_id: UUID) -> None:
        """Remember a use; a burst of more keys than can be held loses some of them."""
        if key_id in self._noted or len(self._noted) < NOTED_MAX:
            self._noted[key_id] = self._clock()

    async def write(self) -> None:
        """Write down what was noted."""
        noted, self._noted = self._noted, {}
        if noted:
            await self._write(noted)

    async def run(self) -> None:
        """Write until cancelled; what cannot be written is only a time that is not told."""
        while True:
            await asyncio.sleep(WRITE_INTERVAL_S)
            try:
                await self.write()
            except Exception as error:  # noqa: BLE001  the next uses are noted and written all the same
                log.warning("key_uses_unwritten", error=repr(error))
