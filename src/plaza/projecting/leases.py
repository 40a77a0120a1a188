"""Who follows what: session locks, which save work; the steps' key is what fences."""

import asyncpg

from plaza.projecting.steps import Shard

TRY = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"


class Leases:
    """The leases of one process, on a connection of their own: when it dies, they are free."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._held: set[Shard] = set()

    @property
    def is_alive(self) -> bool:
        return not self._connection.is_closed()

    async def hold(self, shard: Shard) -> bool:
        """Whether this process now has the lease; taken once, however often it is asked for."""
        if shard in self._held:
            return True
        name = f"plaza/lease/{shard.projection}/{shard.build}/{shard.shard}"
        if await self._connection.fetchval(TRY, name):
            self._held.add(shard)
        return shard in self._held

    async def close(self, timeout_s: float) -> None:
        await self._connection.close(timeout=timeout_s)
