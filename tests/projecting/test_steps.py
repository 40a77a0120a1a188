import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from plaza.projecting.steps import (
    TRIM_EVERY_STEPS,
    Fenced,
    Shard,
    Step,
    last_step,
    take_step,
    trim_steps,
)
from plaza.settings import Settings

BEGIN = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    VALUES ($1, 1, 0, 0, 0, 0)
"""
NUMBERS = "SELECT array_agg(number ORDER BY number) FROM projecting.step WHERE projection = $1"
AGE = """
    UPDATE projecting.step SET created_at = created_at - interval '11 minutes'
    WHERE projection = $1 AND number < $2
"""
WAITS_FOR = "SELECT cardinality(pg_blocking_pids($1)) > 0"


@pytest_asyncio.fixture(loop_scope="session")
async def connections(settings: Settings) -> AsyncIterator[list[asyncpg.Connection]]:
    owner = {"role": "plaza_owner"}
    opened = [await asyncpg.connect(settings.database_url, server_settings=owner) for _ in range(3)]
    yield opened
    for connection in opened:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def shard(connections: list[asyncpg.Connection]) -> Shard:
    made = Shard(projection=f"of-a-test-{uuid4()}", build=1)
    await connections[0].execute(BEGIN, made.projection)
    return made


async def test_steps_follow_each_other(connections: list[asyncpg.Connection], shard: Shard) -> None:
    connection = connections[0]
    first = await take_step(connection, shard, await last_step(connection, shard), 10, 3)
    second = await take_step(connection, shard, first, 12, 1)
    assert (first, second) == (Step(1, 10), Step(2, 12))
    assert await last_step(connection, shard) == second


async def test_of_two_followers_that_took_the_same_batch_one_commits(
    connections: list[asyncpg.Connection], shard: Shard
) -> None:
    # fault 5
    fast, slow, onlooker = connections
    last = await last_step(fast, shard)

    async def take_slowly() -> None:
        async with slow.transaction():
            await take_step(slow, shard, last, 10, 3)

    async with fast.transaction():
        await take_step(fast, shard, last, 10, 3)
        waiting = asyncio.create_task(take_slowly())
        async with asyncio.timeout(5):
            while not await onlooker.fetchval(WAITS_FOR, slow.get_server_pid()):
                continue

    with pytest.raises(Fenced):
        await waiting
    assert await onlooker.fetchval(NUMBERS, shard.projection) == [0, 1]


async def test_who_comes_after_the_other_committed_is_fenced_too(
    connections: list[asyncpg.Connection], shard: Shard
) -> None:
    fast, slow, _ = connections
    last = await last_step(slow, shard)
    await take_step(fast, shard, last, 10, 3)
    with pytest.raises(Fenced):
        await take_step(slow, shard, last, 10, 3)


async def test_a_follower_that_slept_through_a_trim_inserts_nothing(
    connections: list[asyncpg.Connection], shard: Shard
) -> None:
    awake, sleeper, _ = connections
    step = slept_at = await last_step(sleeper, shard)
    for upto in range(TRIM_EVERY_STEPS):
        step = await take_step(awake, shard, step, upto, 0)
    await awake.execute(AGE, shard.projection, TRIM_EVERY_STEPS)
    await trim_steps(awake, shard, step)
    assert await awake.fetchval(NUMBERS, shard.projection) == [TRIM_EVERY_STEPS]

    # Its next number is free again, and still it must not take it.
    with pytest.raises(Fenced):
        await take_step(sleeper, shard, slept_at, 1, 1)
    assert await awake.fetchval(NUMBERS, shard.projection) == [TRIM_EVERY_STEPS]


async def test_young_steps_and_the_last_one_are_kept(
    connections: list[asyncpg.Connection], shard: Shard
) -> None:
    connection = connections[0]
    step = await last_step(connection, shard)
    for upto in range(TRIM_EVERY_STEPS):
        step = await take_step(connection, shard, step, upto, 0)
    await connection.execute(AGE, shard.projection, TRIM_EVERY_STEPS - 10)
    await trim_steps(connection, shard, step)
    kept = await connection.fetchval(NUMBERS, shard.projection)
    assert kept == list(range(TRIM_EVERY_STEPS - 10, TRIM_EVERY_STEPS + 1))
