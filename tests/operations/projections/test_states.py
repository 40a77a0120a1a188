"""How far read models are is asked of the log: nobody has to work for it to be right."""

from uuid import uuid4

import asyncpg

from plaza.bootstrap import PROCESSES, PROJECTIONS
from plaza.operations.projections.states import ProjectionState, projection_states
from plaza.projecting.steps import Shard, last_step, take_step
from plaza.settings import Settings
from projecting.connecting import connecting
from projecting.log import APPEND, sequence, tell
from read_models.catalogue import ACategory

NAME = "category_tree"
SHARD = Shard(projection=NAME, build=1)
MAKE_OLDER = "UPDATE outbox.event SET created_at = created_at - make_interval(secs => $1)"
SECOND_SHARD = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    VALUES ($1, 1, 1, 0, $2, 0)
"""
PARK = """
    INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
    VALUES ($1, 1, 'category_tree', $2, 1, now(), 'broken')
"""
STOP = "INSERT INTO projecting.stopped (projection, build, error) VALUES ($1, 1, 'broken')"
AUDIT = """
    INSERT INTO projecting.audit (projection, build, upto, is_full, documents, differing, repaired,
        differences)
    VALUES ($1, 1, 0, false, 50, $2, 0, '{}')
"""
BESIDE = """
    INSERT INTO projecting.build (projection, build, schema_version, status) VALUES ($1, $2, 1, $3)
"""


async def tell_of_categories(connection: asyncpg.Connection, count: int) -> None:
    for _ in range(count):
        await tell(connection, ACategory().created())


async def take(connection: asyncpg.Connection, upto: int) -> None:
    await take_step(connection, SHARD, await last_step(connection, SHARD), upto, 0)


async def state_of(pool: asyncpg.Pool, name: str = NAME, known: int = 0) -> ProjectionState:
    async with pool.acquire() as connection:
        states = await projection_states(connection, {name: known})
    return next(state for state in states if state.projection == name)


async def test_everything_that_is_followed_is_there_once(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        names = [state.projection for state in await projection_states(connection, {})]
    followed = [projection.name for projection in PROJECTIONS]
    followed += [process.name for process in PROCESSES]
    assert names == sorted(followed)


async def test_who_covers_the_log_does_not_lag(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    await tell_of_categories(connection, 3)
    await take(connection, last := await sequence(connection))
    state = await state_of(pool)
    assert (state.position, state.lag_facts, state.lag_ms) == (last, 0, 0)


# fault 43
async def test_a_dead_projector_falls_behind(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    await take(connection, last := await sequence(connection))
    await tell_of_categories(connection, 3)
    await sequence(connection)
    await connection.execute(MAKE_OLDER, 60)
    state = await state_of(pool)
    assert (state.position, state.lag_facts) == (last, 3)
    assert 60_000 <= state.lag_ms < 80_000


# fault 43
async def test_a_dead_sequencer_does_not_read_as_no_lag(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    await take(connection, await sequence(connection))
    await tell_of_categories(connection, 4)
    await connection.execute(MAKE_OLDER, 60)
    state = await state_of(pool)
    assert state.lag_facts == 4
    assert 60_000 <= state.lag_ms < 80_000


# fault 43
async def test_a_late_commit_that_a_dead_sequencer_missed_is_lag_too(
    fresh_settings: Settings, connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    # Its id is below the last one that has a position, so that no look at the newest ids finds it.
    created = ACategory().created()
    async with connecting(fresh_settings) as connect:
        late = await connect()
        async with late.transaction():
            place = (created.type(), created.AGGREGATE, created.aggregate_id, created.version, 0)
            await late.execute(APPEND, uuid4(), *place, None, "{}")
            await tell_of_categories(connection, 1)
            await take(connection, await sequence(connection))
            assert (await state_of(pool)).lag_facts == 0
    state = await state_of(pool)
    assert state.lag_facts == 1
    assert state.lag_ms > 0
    await take(connection, await sequence(connection))
    assert (await state_of(pool)).lag_facts == 0


async def test_what_was_pushed_counts_before_it_is_stored(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    await tell_of_categories(connection, 2)
    last = await sequence(connection)
    assert (await state_of(pool)).lag_facts >= 2
    assert (await state_of(pool, known=last)).lag_facts == 0


async def test_of_several_shards_the_slowest_counts(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    await tell_of_categories(connection, 5)
    last = await sequence(connection)
    await take(connection, last)
    await connection.execute(SECOND_SHARD, NAME, last - 2)
    state = await state_of(pool)
    assert (state.position, state.lag_facts) == (last - 2, 2)


async def test_what_stands_still_is_told(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    for _ in range(2):
        await connection.execute(PARK, NAME, uuid4())
    await connection.execute(STOP, NAME)
    state = await state_of(pool)
    assert state.parked == 2
    assert state.stopped_since is not None
    other = await state_of(pool, "product_page")
    assert (other.parked, other.stopped_since) == (0, None)


async def test_builds_beside_the_live_one_are_told_and_retired_ones_not(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    for build, status in ((2, "retired"), (3, "filling")):
        await connection.execute(BESIDE, NAME, build, status)
    state = await state_of(pool)
    assert (state.build, state.status) == (1, "live")
    assert [(other.build, other.status) for other in state.other_builds] == [(3, "filling")]


async def test_what_the_last_audit_found_is_told(
    connection: asyncpg.Connection, pool: asyncpg.Pool
) -> None:
    assert (await state_of(pool)).drift is None
    for differing in (3, 1):
        await connection.execute(AUDIT, NAME, differing)
    drift = (await state_of(pool)).drift
    assert drift is not None
    assert (drift.documents, drift.differing) == (50, 1)
