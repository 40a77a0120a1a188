"""Whether this process may be sent requests: migrated, seeded, and caught up once."""

from collections.abc import Sequence

import asyncpg

from plaza.reading.watermarks import Watermarks

HEAD = "SELECT coalesce(max(position), 0) FROM outbox.position"

LIVE = "SELECT array_agg(projection) FROM projecting.build WHERE status = 'live'"


class Readiness:
    """Remembers that the read models were caught up once.

    Later lag is reported; it is no reason to take every instance out.
    """

    def __init__(
        self, pool: asyncpg.Pool, watermarks: Watermarks, projections: Sequence[str]
    ) -> None:
        self._pool = pool
        self._watermarks = watermarks
        self.projections = projections
        self._was_ready = False
        self._doubt: str | None = None

    def doubt(self, because: str | None) -> None:
        """What is open here is out of date; None: it is not, after all."""
        self._doubt = because

    async def missing(self) -> list[str]:
        """What is not there yet; nothing once it was ready."""
        if self._doubt is not None:
            return [self._doubt]
        if self._was_ready:
            return []
        live = set(await self._pool.fetchval(LIVE) or ())
        head = await self._pool.fetchval(HEAD)
        missing = [] if head else ["nobody runs the marketplace yet: run `plaza migrate`"]
        missing += [
            f"{name} has no live build: run `plaza migrate`"
            for name in self.projections
            if name not in live
        ]
        missing += [
            f"{name} is at {self._watermarks.of(name).position} of {head}"
            for name in self.projections
            if name in live and self._watermarks.of(name).position < head
        ]
        self._was_ready = not missing
        return missing
