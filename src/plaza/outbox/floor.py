"""The id below which no tick needs to look, so that ticks prune to the last partitions."""

import asyncpg

from plaza.outbox.partitions import BOUNDS, LAST_ID

NEXT_BOUND = f"SELECT max(bound) FROM ({BOUNDS}) b WHERE bound - 1 > $1 AND bound <= ({LAST_ID})"

XMAX = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"

XMIN = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


class Floor:
    """Raises the floor to a partition's end once nobody can hold an id below it.

    When the sequence has passed the end, every id below is taken by a transaction that runs
    already; once the oldest running transaction is younger than that moment, all of them are over.
    """

    def __init__(self) -> None:
        self._candidate: int | None = None
        self._xmax: int | None = None

    async def raised(self, connection: asyncpg.Connection, floor: int) -> int:
        """The floor to store now; called about once a second."""
        if self._candidate is None or self._candidate <= floor:
            bound = await connection.fetchval(NEXT_BOUND, floor)
            self._candidate, self._xmax = (bound - 1 if bound else None), None
            return floor
        if self._xmax is None:
            # Noted a call later than the candidate: an id is taken an instant before its xid.
            self._xmax = await connection.fetchval(XMAX)
            return floor
        over = await connection.fetchval(XMIN) >= self._xmax
        return self._candidate if over else floor
