"""SAQ loses jobs, repeats them, or dies with them: what they ring for is done all the same."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from random import Random

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from saq import Job, Queue, Status
from saq.queue.redis import RedisQueue
from saq.utils import now

from contexts.inventory.stockroom import LONG_AGO, a_stockroom
from entrypoints.test_mailing import worker
from plaza.bootstrap import PROJECTIONS
from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.entrypoints.jobs import open_queue
from plaza.settings import Settings
from projecting.connecting import connecting
from projecting.log import tell
from projecting.projectors import Projectors
from read_models.chatter import Chatter

ACTIVE_JOBS = 50
FACTS = 300
DUPLICATES = 5
STARTED_WITHIN_S = 60.0
RECREATED_WITHIN_S = 5.0
BACK_WITHIN_S = 10.0
POLL_INTERVAL_S = 0.02
NOT_SOON_S = 300


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A Valkey that these tests empty."""
    with temporary_valkey() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def own(fresh_settings: Settings, server: ValkeyServer) -> Settings:
    return msgspec.structs.replace(fresh_settings, redis_url=server.url)


@asynccontextmanager
async def queue_of(settings: Settings, name: str) -> AsyncIterator[Queue]:
    queue = open_queue(settings, name)
    try:
        yield queue
    finally:
        await queue.disconnect()


async def until_jobs(queue: Queue, least: int, timeout_s: float) -> None:
    """Wait until so many jobs are known, due or not."""
    async with asyncio.timeout(timeout_s):
        while await queue.count("incomplete") < least:  # noqa: ASYNC110  Redis rings no bell
            await asyncio.sleep(POLL_INTERVAL_S)


# fault 34
async def test_jobs_that_are_lost_or_come_several_times_end_in_the_same_state(
    own: Settings,
) -> None:
    async with a_stockroom(own) as stockroom, queue_of(own, "worker") as queue, worker(own):
        (offer,) = await stockroom.opens(2)
        await until_jobs(queue, 1, STARTED_WITHIN_S)
        jobs = await queue.count("incomplete")
        assert isinstance(queue, RedisQueue)
        await queue.redis.flushall()
        await until_jobs(queue, jobs, RECREATED_WITHIN_S)

        await stockroom.puts_in_cart({offer: 1}, LONG_AGO)
        for number in range(DUPLICATES):
            await queue.enqueue("look_after_stock", key=f"again {number}", retries=DUPLICATES)
        async with asyncio.timeout(2 * RECREATED_WITHIN_S):
            while await stockroom.levels(offer) != (2, 0, 0):  # noqa: ASYNC110  as above
                await asyncio.sleep(POLL_INTERVAL_S)
            while await queue.count("queued") + await queue.count("active"):  # noqa: ASYNC110
                await asyncio.sleep(POLL_INTERVAL_S)
        assert await stockroom.levels(offer) == (2, 0, 0)
        await stockroom.adds_up()


@pytest_asyncio.fixture(loop_scope="session")
async def database(own: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with connecting(own) as connect:
        yield await connect()


@pytest_asyncio.fixture(loop_scope="session")
async def projectors(own: Settings, database: asyncpg.Connection) -> AsyncIterator[Projectors]:
    made = Projectors(own, database)
    yield made
    await made.end()


async def taken_for_ever(queue: Queue) -> list[Job]:
    """Jobs that a worker has begun and will not end."""
    for number in range(ACTIVE_JOBS):
        key = f"begun {number}"
        await queue.enqueue("add_log_partitions", key=key, timeout=NOT_SOON_S)
    taken = [await queue.dequeue(timeout=1) for _ in range(ACTIVE_JOBS)]
    begun = [job for job in taken if job is not None]
    for job in begun:
        await job.update(status=Status.ACTIVE, started=now())
    return begun


# faults 34 and 35
async def test_a_projector_killed_with_fifty_jobs_active_leaves_no_lag_behind(
    own: Settings, projectors: Projectors
) -> None:
    async with queue_of(own, "projector") as queue, connecting(own) as connect:
        assert len(await taken_for_ever(queue)) == ACTIVE_JOBS
        killed = await projectors.start()
        await projectors.ready(1)
        await projectors.start()
        await projectors.ready(2)
        connection = await connect()
        chatter = Chatter(Random(35), *PROJECTIONS)  # noqa: S311  no secret
        await tell(connection, *chatter.tells(FACTS))
        await projectors.projected(1)
        killed.kill()
        await killed.wait()
        killed_at = time.monotonic()
        await tell(connection, *chatter.tells(FACTS))
        await projectors.caught_up()
        assert time.monotonic() - killed_at < BACK_WITHIN_S
        # Nobody has swept them yet: nothing waited for that.
        assert await queue.count("active") == ACTIVE_JOBS
