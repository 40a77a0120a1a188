"""The projector as a process: killed, stopped, followed by another."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from random import Random

import asyncpg
import msgspec
import pytest_asyncio
from redis.asyncio import Redis

from plaza.embedded.servers import temporary_valkey
from plaza.outbox.channels import Channels, everything
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens
from projecting.connecting import Connect
from projecting.log import tell
from projecting.projectors import Projectors, assert_exact, told_without_end
from read_models.catalogue import AVendor

SEED = 1
KILLS = 3
TAKEN_OVER_WITHIN_S = 2.0
STOPPED_WITHIN_S = 10.0
REPAIRED_WITHIN_S = 10.0
POLL_INTERVAL_S = 0.01
SIGTERM_EXIT_STATUS = 0

VENDORS_SHOWN = "SELECT count(*) FROM read.vendor_directory_v2"


@pytest_asyncio.fixture(loop_scope="session")
async def projectors(
    fresh_settings: Settings, connection: asyncpg.Connection
) -> AsyncIterator[Projectors]:
    made = Projectors(fresh_settings, connection)
    yield made
    await made.end()


async def test_a_projector_that_is_killed_at_work_is_followed_by_another_exactly(
    projectors: Projectors, connect: Connect
) -> None:
    # fault 1
    random = Random(SEED)  # noqa: S311  no secret
    working = await projectors.start()
    await projectors.ready(1)
    async with told_without_end(await connect(), SEED):
        for _ in range(KILLS):
            standing_by = await projectors.start()
            await projectors.ready(2)
            await projectors.projected(await projectors.facts_projected() + random.randint(1, 999))
            working.kill()
            await working.wait()
            killed_at = time.monotonic()
            await projectors.went_on(await projectors.steps())
            assert time.monotonic() - killed_at < TAKEN_OVER_WITHIN_S
            working = standing_by
    await projectors.caught_up()
    await assert_exact(await connect())


async def test_a_projector_told_to_stop_under_load_ends_with_whole_batches(
    projectors: Projectors, connect: Connect
) -> None:
    # fault 36
    process = await projectors.start()
    await projectors.ready(1)
    async with told_without_end(await connect(), SEED):
        await projectors.projected(500)
        process.terminate()
        async with asyncio.timeout(STOPPED_WITHIN_S):
            status = await process.wait()
        stopped_at = await projectors.facts_projected()
    assert status == SIGTERM_EXIT_STATUS
    await assert_exact(await connect())
    assert await projectors.facts_projected() == stopped_at


async def test_what_a_projector_had_not_told_redis_when_it_was_killed_is_told_by_the_next(
    fresh_settings: Settings, connection: asyncpg.Connection
) -> None:
    # fault 2
    with temporary_valkey() as server:
        settings = msgspec.structs.replace(fresh_settings, redis_url=server.url)
        projectors = Projectors(settings, connection)
        channels = Channels((await epoch_tokens(settings)).epoch_id)
        tag = channels.tag(everything("vendor_directory"))
        try:
            killed = await projectors.start()
            await projectors.ready(1)
            assert server.pid is not None
            os.kill(server.pid, signal.SIGSTOP)
            await tell(connection, *AVendor().approved())
            await projectors.until(VENDORS_SHOWN, at_least=1)
            killed.kill()
            await killed.wait()
            os.kill(server.pid, signal.SIGCONT)
            async with Redis.from_url(server.url, protocol=2) as redis:
                assert await redis.get(tag) is None
                await projectors.start()
                await projectors.ready(1)
                async with asyncio.timeout(REPAIRED_WITHIN_S):
                    while await redis.get(tag) is None:  # noqa: ASYNC110  Redis tells nobody
                        await asyncio.sleep(POLL_INTERVAL_S)
                told = int(await redis.get(tag))
        finally:
            await projectors.end()
    assert told == await connection.fetchval("SELECT max(position) FROM outbox.position")
