"""While Redis is away each process counts for itself, and strictly where passwords are guessed."""

import time
from collections.abc import AsyncIterator, Iterator, MutableMapping
from logging import NOTSET
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from structlog import make_filtering_bound_logger, wrap_logger
from structlog.testing import LogCapture

from actors import PASSWORD
from patience import CLOCK_TICK_S, SHIPPED_LIMITS_BUDGET_S
from plaza.embedded.servers import EmbeddedServers, temporary_servers
from plaza.kernel.rate_policies import RatePolicies
from plaza.outbox import breaker
from plaza.outbox.breaker import FAILURES_MAX, OPEN_S
from plaza.outbox.channels import Channels
from plaza.settings import Settings
from plaza.web.rate_limits import opening
from plaza.web.rate_limits.buckets import Charge
from plaza.web.rate_limits.counting import Counting
from plaza.web.rate_limits.opening import open_breaker
from plaza.web.rate_limits.shared_buckets import SharedBuckets
from plaza.writing.engine import open_redis
from web.rate_limits.limited import LimitedApi, an_address, limited_api

LIMITS = "log_in=1/3600s:8,commands=1/3600s:8,public_reads=1/3600s:8,private_reads=1/3600s:8"
LOG_IN = {"email": "nobody@plaza.example", "password": PASSWORD}


@pytest.fixture(scope="module")
def own_servers() -> Iterator[EmbeddedServers]:
    with temporary_servers() as servers:
        yield servers


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[MutableMapping[str, Any]]:
    """What is logged about Redis, whatever level the tests log at."""
    capture = LogCapture()
    every_level = make_filtering_bound_logger(NOTSET)
    heard = wrap_logger(None, processors=[capture], wrapper_class=every_level)
    monkeypatch.setattr(breaker, "log", heard)
    return capture.entries


def told(lines: list[MutableMapping[str, Any]]) -> list[str]:
    """What is told of limits; others ask Redis as well."""
    return [line["event"] for line in lines if line.get("subject") == "rate_limits"]


@pytest_asyncio.fixture(loop_scope="session")
async def own_redis(settings: Settings, own_servers: EmbeddedServers) -> AsyncIterator[Settings]:
    """Settings with a Redis that a test may stop."""
    yield msgspec.structs.replace(settings, redis_url=own_servers.redis_url)
    if not own_servers.valkey.is_working():
        own_servers.valkey.start()


async def statuses_of(api: LimitedApi, method: str, path: str, **options: Any) -> list[int]:
    client = await api.seen_from(an_address())
    answers = [await client.request(method, path, **options) for _ in range(10)]
    for answer in answers:
        assert {"ratelimit", "ratelimit-policy"} <= answer.headers.keys()
    return [answer.status_code for answer in answers]


# faults 26 and 81
async def test_reads_go_on_and_log_ins_are_strict(
    own_redis: Settings, own_servers: EmbeddedServers, lines: list[MutableMapping[str, Any]]
) -> None:
    async with limited_api(own_redis, LIMITS) as api:
        own_servers.valkey.stop()
        public = await statuses_of(api, "GET", "/v1/products")
        private = await statuses_of(api, "GET", "/v1/account")
        commands = await statuses_of(api, "POST", "/v1/categories", json={})
        log_ins = await statuses_of(api, "POST", "/v1/sessions", json=LOG_IN)

    assert public == [200] * 8 + [429] * 2
    assert private == commands == [401] * 8 + [429] * 2
    # A quarter of eight, since three more processes may count the same client.
    assert log_ins == [401] * 2 + [429] * 8
    assert told(lines) == ["redis_not_asked"]


async def test_guesses_at_one_account_stay_slow(
    own_redis: Settings, own_servers: EmbeddedServers
) -> None:
    form = {"email": f"{uuid4().hex}@plaza.example", "password": PASSWORD}
    async with limited_api(own_redis, "log_in_email=1/3600s:12") as api:
        own_servers.valkey.stop()
        statuses = [
            (await (await api.seen_from(an_address())).post("/v1/sessions", json=form)).status_code
            for _ in range(5)
        ]
    assert statuses == [401] * 3 + [429] * 2


async def test_what_redis_knows_counts_again_once_it_is_back(
    own_redis: Settings, own_servers: EmbeddedServers, lines: list[MutableMapping[str, Any]]
) -> None:
    policy = RatePolicies("commands=1/3600s:4").by_name()["commands"]
    charges = [Charge(policy, "somebody")]
    opened = open_breaker()
    redis = open_redis(own_redis)
    counting = Counting(SharedBuckets(redis, Channels(uuid4())), opened)
    assert (await counting.take(charges)).rooms[0].remaining == 3
    own_servers.valkey.stop()
    assert (await counting.take(charges, 4)).granted == 4
    assert (await counting.take(charges)).granted == 0

    own_servers.valkey.start()
    began = time.monotonic()
    while opened.is_open:
        taken = await counting.take(charges)
        assert time.monotonic() - began < 10 * OPEN_S
    await redis.aclose()

    assert taken.granted == 1
    assert told(lines) == ["redis_not_asked", "redis_asked_again"]


async def test_a_server_that_hangs_is_waited_for_three_times(
    own_redis: Settings, own_servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "REDIS_BUDGET_S", SHIPPED_LIMITS_BUDGET_S)
    policy = RatePolicies("commands=1/3600s:1000").by_name()["commands"]
    redis, other = open_redis(own_redis), open_redis(own_redis)
    counting = Counting(SharedBuckets(redis, Channels(uuid4())), open_breaker())
    await counting.take([Charge(policy, "somebody")])
    await other.execute_command("CLIENT", "PAUSE", 60_000, "ALL")  # type: ignore[no-untyped-call]  # redis does not type it
    began = time.monotonic()
    granted = [(await counting.take([Charge(policy, "somebody")])).granted for _ in range(200)]
    took_s = time.monotonic() - began
    await redis.aclose()
    await other.aclose()
    # It cannot be unpaused by a command.
    own_servers.valkey.stop()

    assert granted == [1] * 200
    # Far less than if each of them had waited.
    assert FAILURES_MAX * (SHIPPED_LIMITS_BUDGET_S - CLOCK_TICK_S) <= took_s < 5
