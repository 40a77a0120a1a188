"""Puts committed events in their order: one tick is one short transaction.

A tick finds what was committed since the last one by the difference of two snapshots, so that
nothing is lost that became visible late and nothing waits for a long transaction. Everything is
insert-only; the primary key of the tick and the unique id of a position fence out a second
sequencer. The order within a tick is that of the ids, which for one aggregate is the order of its
versions, because an event is inserted after the version bump of its aggregate.
"""

import time

import asyncpg

from plaza.outbox.epoch import log_identity, reseed_if_moved
from plaza.outbox.floor import Floor

# Any constant that nothing else locks on: the sequencers' mutual wait, which only saves work.
SEQUENCER_LOCK = 7_022_001
TICKS_KEPT = 100
FLOOR_INTERVAL_S = 1.0
REST_S_MIN, REST_S_MAX = 0.002, 0.02

LOCK = "SELECT pg_advisory_xact_lock($1)"

LAST_TICK = """
    SELECT number, next, snapshot::text AS snapshot, floor
    FROM outbox.tick ORDER BY number DESC LIMIT 1
"""

# A statement of its own after the lock, so that its snapshot is later than the last tick's. The
# last one is taken apart by subqueries, once a statement and not once a row.
TICK = """
    WITH cur AS MATERIALIZED (SELECT pg_current_snapshot() AS s),
    fresh AS (
        SELECT id FROM outbox.event
        WHERE id > $3 AND txid >= (SELECT pg_snapshot_xmax($4::text::pg_snapshot))
        UNION ALL
        SELECT id FROM outbox.event
        WHERE id > $3 AND txid = ANY (ARRAY(SELECT pg_snapshot_xip($4::text::pg_snapshot)))
    ),
    placed AS (
        INSERT INTO outbox.position (position, id)
        SELECT $2 - 1 + row_number() OVER (ORDER BY id), id FROM fresh
        RETURNING position
    ),
    counted AS (SELECT count(*) AS placed FROM placed)
    INSERT INTO outbox.tick (number, next, snapshot, floor)
    SELECT $1 + 1, $2 + counted.placed, cur.s, $6 FROM counted, cur
    WHERE counted.placed > 0 OR $5
    RETURNING next
"""

TRIM = "DELETE FROM outbox.tick WHERE number < $1"


def rest_s(tick_s: float) -> float:
    """How long to leave the log alone after a tick that took so long.

    Commits that come together are sequenced together; where everything is slow because there is
    much to do, more of them do.
    """
    return min(max(tick_s, REST_S_MIN), REST_S_MAX)


class Sequencer:
    """One sequencer on a connection of its own; several may run, and one of them works."""

    def __init__(
        self, connection: asyncpg.Connection, *, floor_interval_s: float = FLOOR_INTERVAL_S
    ) -> None:
        self._connection = connection
        self._floor = Floor()
        self._floor_interval_s = floor_interval_s
        self._floor_due = 0.0

    async def start(self) -> None:
        """Make sure that the log is still the one that the last tick saw."""
        identity = await log_identity(self._connection)
        await reseed_if_moved(self._connection, identity, SEQUENCER_LOCK)

    async def tick(self, *, even_if_idle: bool = False) -> int | None:
        """Sequence what was committed since the last tick.

        Args:
            even_if_idle: store the tick when nothing is new, so that the next difference is short.

        Returns:
            The last position, or None where nothing was new.
        """
        async with self._connection.transaction(isolation="read_committed"):
            await self._connection.execute(LOCK, SEQUENCER_LOCK)
            last = await self._connection.fetchrow(LAST_TICK)
            assert last is not None
            floor = await self._raised(last["floor"])
            upcoming = await self._connection.fetchval(
                TICK,
                *(last["number"], last["next"], last["floor"], last["snapshot"]),
                *(even_if_idle, floor),
            )
            if last["number"] % TICKS_KEPT == 0:
                await self._connection.execute(TRIM, last["number"] - TICKS_KEPT)
        if upcoming is None or upcoming == last["next"]:
            return None
        return int(upcoming) - 1

    async def _raised(self, floor: int) -> int:
        """The floor to store; under load and in quiet times it is looked after alike."""
        now = time.monotonic()
        if now < self._floor_due:
            return floor
        self._floor_due = now + self._floor_interval_s
        return await self._floor.raised(self._connection, floor)
