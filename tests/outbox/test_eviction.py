"""A Redis that throws away what it was given."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import structlog
from redis.asyncio import Redis
from structlog.testing import LogCapture

from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.outbox import eviction
from plaza.outbox.eviction import is_evicting


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> LogCapture:
    """What is logged, whatever level earlier tests have left."""
    capture = LogCapture()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(), processors=[capture], wrapper_class=structlog.BoundLogger
    )
    monkeypatch.setattr(eviction, "log", logger)
    return capture


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with temporary_valkey() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def redis(server: ValkeyServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url, protocol=2) as client:
        yield client


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_evicts_is_told_of_with_what_to_do(
    redis: Redis, policy: str, told: LogCapture
) -> None:
    await redis.config_set("maxmemory-policy", policy)
    assert await is_evicting(redis)
    (warning,) = told.entries
    assert (warning["event"], warning["policy"]) == ("redis_evicts", policy)
    assert "maxmemory-policy noeviction" in warning["advice"]


async def test_a_server_that_does_not_evict_is_not_mentioned(
    redis: Redis, told: LogCapture
) -> None:
    await redis.config_set("maxmemory-policy", "noeviction")
    assert not await is_evicting(redis)
    assert told.entries == []


async def test_a_server_that_is_away_stops_nobody_from_starting(told: LogCapture) -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as away:
        assert not await is_evicting(away)
    assert [line["event"] for line in told.entries] == ["redis_eviction_unknown"]
