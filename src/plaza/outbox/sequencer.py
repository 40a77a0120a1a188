"""Puts committed events in their order: one tick is one statement.

A tick finds what was committed since the last one by the difference of two snapshots, so that
nothing is lost that became visible late and nothing waits for a long transaction. Everything is
insert-only; the primary key of the tick and the unique id of a position fence out a second
sequencer. The order within a tick is that of the ids, which for one aggregate is the order of its
versions, because an event is inserted after the version bump of its aggregate.
"""

import time

import asyncpg
import msgspec

from plaza.outbox.epoch import log_identity, reseed_if_moved
from plaza.outbox.floor import Floor

# Any constant that nothing else locks on: who finds it locked has nothing to do, which saves work.
SEQUENCER_LOCK = 7_022_001
TICKS_KEPT = 100
FLOOR_INTERVAL_S = 1.0
REST_S_MIN, REST_S_MAX = 0.002, 0.02

LAST_TICK = """
    SELECT number, next, snapshot::text AS snapshot, floor
    FROM outbox.tick ORDER BY number DESC LIMIT 1
"""

# The snapshot that the tick is stored with is that of this statement. The last one is taken apart
# by subqueries, once a statement and not once a row.
TICK = """
    WITH cur AS MATERIALIZED (SELECT pg_current_snapshot() AS s),
    turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock($7)
            AND NOT EXISTS (SELECT FROM outbox.tick WHERE number > $1) AS is_ours
    ),
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
        WHERE (SELECT is_ours FROM turn)
        RETURNING position
    ),
    counted AS (SELECT count(*) AS placed FROM placed),
    ticked AS (
        INSERT INTO outbox.tick (number, next, snapshot, floor)
        SELECT $1 + 1, $2 + counted.placed, cur.s, $6 FROM counted, cur
        WHERE (counted.placed > 0 OR $5) AND (SELECT is_ours FROM turn)
        RETURNING next, snapshot
    )
    SELECT turn.is_ours, ticked.next, ticked.snapshot::text AS snapshot
    FROM turn LEFT JOIN ticked ON true
"""

TRIM = "DELETE FROM outbox.tick WHERE number < $1"


def rest_s(tick_s: float) -> float:
    """How long to leave the log alone after a tick that took so long.

    Commits that come together are sequenced together; where everything is slow because there is
    much to do, more of them do.
    """
    return min(max(tick_s, REST_S_MIN), REST_S_MAX)


class Tick(msgspec.Struct, frozen=True):
    """One that is stored; what comes next is found by its difference."""

    number: int
    next: int
    snapshot: str
    floor: int


class Sequencer:
    """One sequencer on a connection of its own; several may run, and one of them works."""

    def __init__(
        self, connection: asyncpg.Connection, *, floor_interval_s: float = FLOOR_INTERVAL_S
    ) -> None:
        self._connection = connection
        self._floor = Floor()
        self._floor_interval_s = floor_interval_s
        self._floor_due = 0.0
        self._last: Tick | None = None
        """The last tick, as far as is known: another sequencer may have made a later one."""

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
        if self._last is not None:
            is_ours, position = await self._tick(self._last, even_if_idle=even_if_idle)
            if is_ours:
                return position
        row = await self._connection.fetchrow(LAST_TICK)
        assert row is not None
        _, position = await self._tick(Tick(**row), even_if_idle=even_if_idle)
        return position

    async def _tick(self, last: Tick, *, even_if_idle: bool) -> tuple[bool, int | None]:
        """Go on from a tick, unless it is not the last one or another sequencer is about to.

        Returns:
            Whether it was for this one to do, and the last position where anything was new.
        """
        floor = await self._raised(last.floor)
        self._last = None
        try:
            row = await self._connection.fetchrow(
                TICK,
                *(last.number, last.next, last.floor, last.snapshot),
                *(even_if_idle, floor, SEQUENCER_LOCK),
            )
        except asyncpg.UniqueViolationError:
            # It was another one's turn, who has ended it since this statement saw the log.
            return False, None
        assert row is not None
        if not row["is_ours"]:
            return False, None
        if row["next"] is None:
            self._last = last
            return True, None
        self._last = Tick(last.number + 1, row["next"], row["snapshot"], floor)
        if last.number % TICKS_KEPT == 0:
            await self._connection.execute(TRIM, last.number - TICKS_KEPT)
        return True, None if row["next"] == last.next else row["next"] - 1

    async def _raised(self, floor: int) -> int:
        """The floor to store; under load and in quiet times it is looked after alike."""
        now = time.monotonic()
        if now < self._floor_due:
            return floor
        self._floor_due = now + self._floor_interval_s
        return await self._floor.raised(self._connection, floor)
