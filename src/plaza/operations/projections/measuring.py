"""What Prometheus is told of the log and of who follows it: asked of PostgreSQL, not of them."""

import asyncio
import time

import asyncpg
import msgspec
import structlog
from prometheus_client import Gauge

from plaza.kernel.database_errors import DATABASE_ERRORS
from plaza.operations.projections.states import UNSEQUENCED, ProjectionState, projection_states
from plaza.outbox.partitions import PARTITIONS_AHEAD_MIN, partitions_ahead
from plaza.reading.pools import Connection
from plaza.reading.watermarks import Watermarks

KEPT_S = 1.0
TIMEOUT_S = 3.0
MS_PER_S = 1_000

UNSEQUENCED_FACTS = Gauge("plaza_log_unsequenced_facts", "Committed facts without a position")
UNSEQUENCED_AGE = Gauge("plaza_log_unsequenced_age_seconds", "Age of the oldest one of them")
AHEAD = Gauge("plaza_log_partitions_ahead", "Partitions of the log ahead of its last id")
PREPARED = Gauge("plaza_prepared_transactions", "Prepared transactions, of which plaza makes none")
MEASURED_AGE = Gauge("plaza_log_measured_age_seconds", "How old these figures are")
LAG_FACTS = Gauge("plaza_projection_lag_facts", "Facts not covered", ["projection"])
LAG_S = Gauge("plaza_projection_lag_seconds", "Age of the oldest one of them", ["projection"])
PARKED = Gauge("plaza_projection_parked", "Documents that wait to be mended", ["projection"])
DRIFT = Gauge("plaza_projection_drift", "Documents that differed when audited last", ["projection"])
STOPPED = Gauge("plaza_projection_stopped", "1 where nothing is taken any more", ["projection"])

# One that nobody commits holds its locks for ever, and no vacuum goes past it.
PREPARED_ONES = "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"

log = structlog.get_logger()


class Measured(msgspec.Struct, frozen=True):
    """What was found, and when by the monotonic clock."""

    at: float
    unsequenced: int
    unsequenced_age_s: float
    ahead: int
    prepared: int
    projections: list[ProjectionState]


class Measuring:
    """Asks once a second at most, however many scrape."""

    def __init__(self, pool: asyncpg.Pool, watermarks: Watermarks) -> None:
        self._pool = pool
        self._watermarks = watermarks
        self._asking = asyncio.Lock()
        self._begun_at = time.monotonic()
        self._last: Measured | None = None
        self._runs_out = False

    async def show(self) -> None:
        """Set the gauges; where PostgreSQL does not answer, all that it last told has aged."""
        async with self._asking:
            if self._last is None or time.monotonic() - self._last.at >= KEPT_S:
                await self._ask()
        MEASURED_AGE.set(self._age_s())
        if self._last is not None:
            self._set(self._last)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT_S), self._pool.acquire() as connection:
                self._last = await self._measured(connection)
        except DATABASE_ERRORS as error:
            log.warning("lag_not_measured", error=repr(error))

    async def _measured(self, connection: Connection) -> Measured:
        at = time.monotonic()
        (unsequenced,) = await connection.fetch(UNSEQUENCED)
        known = {name: mark.position for name, mark in self._watermarks.all().items()}
        return Measured(
            at=at,
            unsequenced=unsequenced["facts"],
            unsequenced_age_s=unsequenced["age_s"],
            ahead=await partitions_ahead(connection),
            prepared=await connection.fetchval(PREPARED_ONES),
            projections=await projection_states(connection, known),
        )

    def _age_s(self) -> float:
        return time.monotonic() - (self._begun_at if self._last is None else self._last.at)

    def _set(self, last: Measured) -> None:
        # What lagged goes on lagging while nobody can ask.
        older_s = self._age_s() if self._age_s() >= KEPT_S else 0.0
        UNSEQUENCED_FACTS.set(last.unsequenced)
        UNSEQUENCED_AGE.set(last.unsequenced_age_s + (older_s if last.unsequenced else 0.0))
        AHEAD.set(last.ahead)
        PREPARED.set(last.prepared)
        for state in last.projections:
            name = state.projection
            LAG_FACTS.labels(name).set(state.lag_facts)
            LAG_S.labels(name).set(state.lag_ms / MS_PER_S + (older_s if state.lag_facts else 0.0))
            PARKED.labels(name).set(state.parked)
            if state.drift is not None:
                DRIFT.labels(name).set(state.drift.differing)
            STOPPED.labels(name).set(state.stopped_since is not None)
        self._warn(last.ahead)

    def _warn(self, ahead: int) -> None:
        """Log the first time that the log runs out of partitions, and the end of it."""
        runs_out = ahead < PARTITIONS_AHEAD_MIN
        if runs_out and not self._runs_out:
            log.error("partitions_run_out", left=ahead)
        self._runs_out = runs_out
