"""A hundred thousand fills and writes race, and a checker looks at each answer."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator
from functools import partial
from random import Random
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.outbox.channels import Channels
from plaza.reading.entry import Rendered
from reading.near_reading import NAME, Process, Projector, a_process

SEED = 27
FILLS_AND_WRITES = 100_000
PAGES = 1000
READERS = 60
BATCH_MAX = 160
SLOW = 0.05


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with temporary_valkey() as started:
        yield started


class Marketplace:
    """What was committed of each page and where, and the checker of what is read of it."""

    def __init__(self) -> None:
        self.random = Random(SEED)  # noqa: S311  a race that can be run again
        self.committed = 1
        self.writes = self.fills = self.reads = 0
        self.versions: list[list[int]] = [[0] for _ in range(PAGES)]
        self.wrong: list[str] = []
        self.told = asyncio.Event()
        """Set when the next batch has been told, for those who wait for that now."""

    @property
    def is_over(self) -> bool:
        return self.writes + self.fills >= FILLS_AND_WRITES

    def commit(self) -> list[str]:
        """Change some pages in a batch."""
        count = self.random.randint(1, BATCH_MAX)
        # A few are changed much more often than the others.
        pages = {int(PAGES * self.random.random() ** 2) for _ in range(count)}
        self.committed += 1
        self.writes += len(pages)
        for page in pages:
            self.versions[page].append(self.committed)
        return [tag_of(page) for page in pages]

    def at(self, page: int, position: int) -> int:
        """The version of a page that a position shows."""
        versions = self.versions[page]
        return versions[bisect_right(versions, position) - 1]

    async def fill(self, page: int) -> Rendered:
        """Ask PostgreSQL: it takes a while to get there, and a while to come back."""
        self.fills += 1
        await self._pass_time()
        body = str(self.versions[page][-1]).encode()
        if self.random.random() < SLOW:
            # The answer comes back just as the next batch, or the one after it, was told.
            for _ in range(self.random.randint(1, 2)):
                await self.told.wait()
        await self._pass_time()
        return Rendered(body, (tag_of(page), f"{NAME}:everything"))

    async def _pass_time(self) -> None:
        for _ in range(self.random.randrange(3)):
            await asyncio.sleep(0)

    def check(self, page: int, version: int, position: int, what: str) -> None:
        if version < self.at(page, position):
            self.wrong.append(f"page {page}: {version} is older than {position}: {what}")


def hits() -> float:
    return REGISTRY.get_sample_value("plaza_near_cache_total", {"result": "hit"}) or 0.0


def tag_of(page: int) -> str:
    return f"{NAME}:id:{page}"


async def write(market: Marketplace, projector: Projector, processes: list[Process]) -> None:
    """Commit, touch and announce, as a projector does; now and then the poll is quicker."""
    while not market.is_over:
        tags = market.commit()
        for process in processes:
            if market.random.random() < 0.2:
                process.watermarks.of(NAME).position = market.committed
        await tell(projector, tags, market.committed)
        market.told.set()
        market.told = asyncio.Event()
    market.told.set()


async def tell(projector: Projector, tags: list[str], position: int) -> None:
    """Tell of a batch until it is told."""
    while True:
        try:
            return await projector.changes(*tags, position=position)
        except RedisError:
            continue


async def read(market: Marketplace, process: Process) -> None:
    """Read pages, mostly the same ones, now and then with a token; check all that is claimed."""
    while not market.is_over:
        page = int(PAGES * market.random.random() ** 2)
        mark = process.watermarks.of(NAME)
        token = mark.position if market.random.random() < 0.2 else 0
        covered = max(token, mark.pushed)
        entry = await process.near.get(f"{NAME}:{page}", NAME, token, partial(market.fill, page))
        version = int(entry.body)
        market.reads += 1
        market.check(page, version, covered, "known when it was asked")
        market.check(page, version, entry.covered, "said to be covered")
        # What is answered from memory would not let anybody else run.
        if market.random.random() < 0.6:
            await asyncio.sleep(0)


async def lose(market: Marketplace, operator: Redis) -> None:
    """Empty Redis, or break connections, again and again."""
    marks = [FILLS_AND_WRITES * n // 6 for n in range(1, 6)]
    losses = [
        ("FLUSHALL",),
        ("CLIENT", "KILL", "TYPE", "pubsub"),
        ("FLUSHALL",),
        ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
        ("SCRIPT", "FLUSH"),
    ]
    for mark, loss in zip(marks, losses, strict=True):
        while market.writes + market.fills < mark:  # noqa: ASYNC110  the race goes on meanwhile
            await asyncio.sleep(0.001)
        await operator.execute_command(*loss)  # type: ignore[no-untyped-call]  # so redis-py has it


async def test_no_answer_of_a_hundred_thousand_fills_and_writes_is_too_old(
    server: ValkeyServer,
) -> None:
    # faults 27 and 31
    market, channels, hits_before = Marketplace(), Channels(uuid4()), hits()
    async with (
        a_process(server.url, channels, fills=READERS) as one,
        a_process(server.url, channels, fills=READERS, has_copies=False) as other,
        Redis.from_url(server.url, protocol=2, retry=Retry(NoBackoff(), 0)) as redis,
        Redis.from_url(server.url, protocol=2) as operator,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(write(market, Projector(redis, channels), [one, other]))
        tasks.create_task(lose(market, operator))
        for number in range(READERS):
            tasks.create_task(read(market, other if number % 12 else one))
    assert market.wrong == []
    assert market.writes > FILLS_AND_WRITES / 10
    assert market.fills > FILLS_AND_WRITES / 10
    assert hits() - hits_before > market.reads / 10
