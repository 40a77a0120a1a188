"""Who follows what: session locks, which save work; the steps' key is what fences."""

import asyncpg

from plaza.projecting.steps import Shard

TRY = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
GIVE_UP = "SELECT pg_advisory_unlock(hashtextextended($1, 0))"


class Leases:
    """The leases of one process, on a connection of their own: when it dies, they are free."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._held: set[Shard] = set()

    async def hold(self, shard: Shard) -> bool:
        """Whether this process now has the lease; taken once, however often it is asked for."""
        if shard in self._held:
            return True
        if await self._connection.fetchval(TRY, _name(shard)):
            self._held.add(shard)
        return shard in self._held

    async def give_up(self, shard: Shard) -> None:
        """Let others have it."""
        if shard in self._held:
            await self._connection.execute(GIVE_UP, _name(shard))
            self._held.discard(shard)


def _name(shard: Shard) -> str:
    return f"plaza/lease/{shard.projection}/{shard.build}/{shard.shard}"
