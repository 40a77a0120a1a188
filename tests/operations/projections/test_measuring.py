"""What Prometheus is told, also while nothing works that it is told of."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from operations.projections.test_states import MAKE_OLDER, take, tell_of_categories
from plaza.operations.projections import measuring as measuring_file
from plaza.operations.projections.measuring import Measuring
from plaza.reading.watermarks import Watermarks
from projecting.log import sequence

NAME = "category_tree"
EXHAUST = "SELECT setval('outbox.event_id_seq', $1)"


@pytest_asyncio.fixture(loop_scope="session")
async def measuring(pool: asyncpg.Pool) -> AsyncIterator[Measuring]:
    yield Measuring(pool, Watermarks(pool))


def told(name: str, projection: str | None = None) -> float:
    labels = {} if projection is None else {"projection": projection}
    value = REGISTRY.get_sample_value(name, labels)
    assert value is not None, name
    return value


# fault 43
async def test_a_dead_sequencer_and_a_dead_projector_show(
    connection: asyncpg.Connection, measuring: Measuring
) -> None:
    await take(connection, await sequence(connection))
    await tell_of_categories(connection, 2)
    await sequence(connection)
    await tell_of_categories(connection, 3)
    await connection.execute(MAKE_OLDER, 60)
    await measuring.show()
    assert told("plaza_log_unsequenced_facts") == 3
    assert told("plaza_log_unsequenced_age_seconds") >= 60
    assert told("plaza_projection_lag_facts", NAME) == 5
    assert told("plaza_projection_lag_seconds", NAME) >= 60
    assert told("plaza_projection_parked", NAME) == 0
    assert told("plaza_projection_stopped", NAME) == 0
    assert told("plaza_prepared_transactions") == 0


# fault 43
async def test_what_lags_lags_on_while_nobody_can_ask(
    connection: asyncpg.Connection,
    pool: asyncpg.Pool,
    measuring: Measuring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await take(connection, await sequence(connection))
    await tell_of_categories(connection, 1)
    monkeypatch.setattr(measuring_file, "KEPT_S", 0.0)
    await measuring.show()
    before = told("plaza_projection_lag_seconds", NAME), told("plaza_log_unsequenced_age_seconds")
    await pool.close()
    await measuring.show()
    assert told("plaza_projection_lag_seconds", NAME) > before[0]
    assert told("plaza_log_unsequenced_age_seconds") > before[1]
    assert told("plaza_log_measured_age_seconds") > 0


async def test_however_many_scrape_it_is_asked_once_a_second(
    connection: asyncpg.Connection, measuring: Measuring
) -> None:
    await measuring.show()
    before = told("plaza_log_unsequenced_facts")
    await tell_of_categories(connection, 1)
    await measuring.show()
    assert told("plaza_log_unsequenced_facts") == before


# fault 85
async def test_a_log_that_runs_out_of_partitions_alerts_once(
    connection: asyncpg.Connection, measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring_file, "KEPT_S", 0.0)
    # A logger that was not made for the settings of an earlier test.
    monkeypatch.setattr(measuring_file, "log", structlog.get_logger())
    await measuring.show()
    assert told("plaza_log_partitions_ahead") == 3
    with capture_logs() as logs:
        await connection.execute(EXHAUST, 2_000_001)
        for _ in range(2):
            await measuring.show()
    assert told("plaza_log_partitions_ahead") == 1
    alerts = [each for each in logs if each["event"] == "partitions_run_out"]
    assert alerts == [{"event": "partitions_run_out", "left": 1, "log_level": "error"}]
