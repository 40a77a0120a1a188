"""The projector as a process: killed, stopped, followed by another."""

import asyncio
import time
from collections.abc import AsyncIterator
from random import Random

import asyncpg
import pytest_asyncio

from plaza.settings import Settings
from projecting.connecting import Connect
from projecting.projectors import Projectors, assert_exact, told_without_end

SEED = 1
KILLS = 3
TAKEN_OVER_WITHIN_S = 2.0
STOPPED_WITHIN_S = 10.0
SIGTERM_EXIT_STATUS = 0


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
