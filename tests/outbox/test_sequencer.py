from contextlib import suppress

import asyncpg
import pytest

from plaza.embedded.postgres import PostgresCluster
from plaza.embedded.postgres_data import SUPERUSER
from plaza.outbox.sequencer import LAST_TICK, SEQUENCER_LOCK, TICK, TICKS_KEPT
from soaking.one_log import Log
from soaking.things import change
from soaking.writers import ChangedItsMind

XID = "SELECT pg_current_xact_id()::text::bigint"
TICKS = "SELECT count(*) FROM outbox.tick"


def without(statement: str, *conditions: str) -> str:
    """A statement without some of its conditions, so that two of it can go on at once."""
    for condition in conditions:
        assert condition in statement
        statement = statement.replace(condition, "true")
    return statement


UNGUARDED = without(
    TICK,
    "pg_try_advisory_xact_lock($7)",
    "NOT EXISTS (SELECT FROM outbox.tick WHERE number > $1)",
)


async def tick_unguarded(connection: asyncpg.Connection, last: asyncpg.Record | None) -> None:
    """What is left of a tick whose statement saw the log before the other one's was over."""
    assert last is not None
    even_if_idle = True
    place = (last["number"], last["next"], last["floor"], last["snapshot"])
    await connection.fetchval(UNGUARDED, *place, even_if_idle, last["floor"])


async def test_events_are_placed_in_the_order_of_their_ids(log: Log) -> None:
    sequencer = await log.sequencer()
    first = await log.commits(2) + await log.commits(1, thing=1)
    assert await sequencer.tick() == 3
    second = await log.commits(3)
    assert await sequencer.tick() == 6
    assert await log.placed() == first + second


@pytest.mark.parametrize("ticks_between", [False, True])
async def test_versions_stay_in_order_when_the_older_transaction_commits_last(
    log: Log, *, ticks_between: bool
) -> None:
    sequencer = await log.sequencer()
    async with log.command() as older:
        older_xid = await older.fetchval(XID)
        async with log.command() as younger:
            assert await younger.fetchval(XID) > older_xid
            await change(younger, log.things[0])
        if ticks_between:
            await sequencer.tick()
        await change(older, log.things[0])
    await sequencer.tick()
    assert [fact.version for fact in await log.facts()] == [1, 2]


# fault 4
async def test_of_two_sequencers_at_the_same_tick_one_is_refused(log: Log) -> None:
    slow, fast = await log.connect(), await log.sequencer()
    ids = await log.commits()
    last = await slow.fetchrow(LAST_TICK)
    await fast.tick()
    with pytest.raises(asyncpg.UniqueViolationError):
        await tick_unguarded(slow, last)
    assert await log.placed() == ids


# fault 4
async def test_two_sequencers_take_turns(log: Log) -> None:
    one, other = await log.sequencer(), await log.sequencer()
    ids = []
    for sequencer in (one, other, other, one):
        ids += await log.commits()
        await sequencer.tick()
    assert await log.placed() == ids


# fault 3
async def test_a_sequencer_that_dies_within_a_tick_leaves_no_trace(log: Log) -> None:
    dying, standby = await log.connect(), await log.sequencer()
    ids = await log.commits(3)
    await dying.execute("BEGIN")
    last = await dying.fetchrow(LAST_TICK)
    await tick_unguarded(dying, last)
    pid = dying.get_server_pid()
    await log.connection.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    assert await standby.tick() == 3
    assert await log.placed() == ids


# fault 10
async def test_a_long_writer_delays_only_itself(log: Log) -> None:
    sequencer = await log.sequencer()
    async with log.command() as long:
        held = await change(long, log.things[1])
        others = []
        for _ in range(3):
            others += await log.commits()
            await sequencer.tick()
        assert min(others) > held[0]
        assert await log.placed() == others
        held += await change(long, log.things[1])
    await sequencer.tick()
    assert await log.placed() == others + held


# fault 11
async def test_what_was_rolled_back_leaves_no_hole(log: Log) -> None:
    sequencer = await log.sequencer()
    ids = []
    for _ in range(5):
        with suppress(ChangedItsMind):
            async with log.command() as writer:
                await change(writer, log.things[0], 3)
                raise ChangedItsMind
        ids += await log.commits(2)
    assert await sequencer.tick() == 10
    assert await log.placed() == ids
    assert [fact.version for fact in await log.facts()] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


# fault 12
async def test_a_savepoint_that_was_rolled_back_leaves_no_event(log: Log) -> None:
    sequencer = await log.sequencer()
    async with log.command() as writer:
        with suppress(ChangedItsMind):
            async with writer.transaction():
                await change(writer, log.things[0])
                raise ChangedItsMind
        async with writer.transaction():
            kept = await change(writer, log.things[0])
    await sequencer.tick()
    assert await log.placed() == kept
    assert [fact.version for fact in await log.facts()] == [1]


# fault 13
async def test_a_transaction_cannot_be_prepared_and_orphaned(log: Log) -> None:
    writer = await log.writer()
    await writer.execute("BEGIN")
    await change(writer, log.things[0])
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="disabled"):
        await writer.execute("PREPARE TRANSACTION 'orphan'")
    # The refused transaction is over, so that nothing holds the thing.
    ids = await log.commits()
    await (await log.sequencer()).tick()
    assert await log.placed() == ids


# fault 14
async def test_a_writer_in_another_database_holds_nothing_up(
    log: Log, log_cluster: PostgresCluster
) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    elsewhere = await asyncpg.connect(log_cluster.url(SUPERUSER, "postgres"))
    try:
        async with elsewhere.transaction():
            await elsewhere.fetchval(XID)
            ids = []
            for _ in range(3):
                ids += await log.commits()
                await sequencer.tick()
            assert await log.placed() == ids
    finally:
        await elsewhere.close()


# fault 15
async def test_a_long_reader_holds_nothing_up(log: Log) -> None:
    sequencer = await log.sequencer()
    reader = await log.connect()
    async with reader.transaction(isolation="repeatable_read", readonly=True):
        await reader.fetchval(TICKS)
        ids = await log.commits()
        await sequencer.tick()
        assert await log.placed() == ids


# fault 21
async def test_a_sequencer_that_is_stuck_within_a_tick_ends_with_its_connection(log: Log) -> None:
    sequencer, stuck = await log.sequencer(), await log.connect()
    ids = await log.commits()
    await stuck.execute(f"BEGIN; SELECT pg_advisory_xact_lock({SEQUENCER_LOCK})")
    assert await sequencer.tick() is None
    assert await log.placed() == []
    await log.connection.execute("SELECT pg_terminate_backend($1, 5000)", stuck.get_server_pid())
    assert await sequencer.tick() == 1
    assert await log.placed() == ids


# fault 4
async def test_a_sequencer_goes_on_behind_what_another_has_placed(log: Log) -> None:
    one, other = await log.sequencer(), await log.sequencer()
    ids = await log.commits()
    assert await one.tick() == 1
    ids += await log.commits()
    assert await other.tick() == 2
    ids += await log.commits(2)
    assert await one.tick() == 4
    assert await log.placed() == ids


async def test_an_idle_tick_is_stored_only_when_it_is_due(log: Log) -> None:
    sequencer = await log.sequencer()
    before = await log.connection.fetchval(TICKS)
    assert await sequencer.tick() is None
    assert await log.connection.fetchval(TICKS) == before
    assert await sequencer.tick(even_if_idle=True) is None
    assert await log.connection.fetchval(TICKS) == before + 1


async def test_old_ticks_are_trimmed(log: Log) -> None:
    sequencer = await log.sequencer()
    for _ in range(3 * TICKS_KEPT):
        await sequencer.tick(even_if_idle=True)
    assert await log.connection.fetchval(TICKS) <= 2 * TICKS_KEPT + 1
    ids = await log.commits()
    await sequencer.tick()
    assert await log.placed() == ids
