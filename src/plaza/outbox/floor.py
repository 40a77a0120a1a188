"""The id below which no tick needs to look, so that ticks prune to the last partitions."""

from typing import NamedTuple

import asyncpg

from plaza.outbox.partitions import BOUNDS, LAST_ID

NEXT_BOUND = f"SELECT max(bound) FROM ({BOUNDS}) b WHERE bound - 1 > $1 AND bound <= ({LAST_ID})"

# Above every xid that anybody has. A snapshot's xmax is not: it is one above the last *completed*.
OWN_XID = "SELECT pg_current_xact_id()::text::bigint"

OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Passed(NamedTuple):
    """A partition's end that the sequence has passed, and an xid of a moment after that."""

    last_id: int
    xid: int


class Floor:
    """Raises the floor to a partition's end once nobody can hold an id below it.

    When the sequence has passed the end, every id below is taken by a transaction that has its
    xid already, because an append takes its xid before its ids. So an xid that is taken then is
    above all of theirs, and once no older transaction runs, all of them are over.
    """

    def __init__(self) -> None:
        self._passed: Passed | None = None

    async def raised(self, connection: asyncpg.Connection, floor: int) -> int:
        """The floor to store now; called about once a second."""
        if self._passed is None or self._passed.last_id <= floor:
            self._passed = await _passed(connection, floor)
            return floor
        over = await connection.fetchval(OLDEST_RUNNING) >= self._passed.xid
        return self._passed.last_id if over else floor


async def _passed(connection: asyncpg.Connection, floor: int) -> Passed | None:
    bound = await connection.fetchval(NEXT_BOUND, floor)
    if bound is None:
        return None
    return Passed(bound - 1, await connection.fetchval(OWN_XID))
