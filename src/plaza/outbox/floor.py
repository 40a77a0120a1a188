"""The id up to which no tick needs to look: below it everything is placed.

It follows the log within seconds, so that a tick reads what is new and prunes to the last
partitions, by whatever plan: one that was made while a partition was empty is kept while it fills.
"""

from typing import NamedTuple

import asyncpg

from plaza.outbox.partitions import LAST_ID

# Above every xid that anybody has. A snapshot's xmax is not: it is one above the last *completed*.
OWN_XID = "SELECT pg_current_xact_id()::text::bigint"

OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Passed(NamedTuple):
    """An id that the sequence has passed, and an xid of a moment after that."""

    last_id: int
    xid: int


class Floor:
    """Raises the floor to an id once nobody can hold one below it.

    When the sequence has passed the id, every id below is taken by a transaction that has its
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
    last_id = await connection.fetchval(LAST_ID)
    if last_id <= floor:
        # While nothing is appended, no xids are taken either.
        return None
    return Passed(last_id, await connection.fetchval(OWN_XID))
