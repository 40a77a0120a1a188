"""Ticks look above the floor only, so it must never rise past an event that is still to come."""

import json

import asyncpg

from plaza.outbox.append import APPEND
from plaza.outbox.floor import Floor
from plaza.outbox.partitions import ensure_partitions
from soaking.one_log import Log
from soaking.things import begin_as_commands_do, change

FLOOR = "SELECT floor FROM outbox.tick ORDER BY number DESC LIMIT 1"
NEXT_XID = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"


async def fill(log: Log, count: int) -> None:
    """Pass the end of a partition, and have the next ones made."""
    await log.commits(count)
    await ensure_partitions(log.connection, log.settings.outbox_partition_size)


# fault 85
async def test_the_floor_rises_to_the_last_id_once_all_below_it_are_over(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    await fill(log, 250)
    for _ in range(3):
        await sequencer.tick(even_if_idle=True)
    assert await log.connection.fetchval(FLOOR) == 250
    await fill(log, 100)
    for _ in range(3):
        await sequencer.tick(even_if_idle=True)
    assert await log.connection.fetchval(FLOOR) == 350
    assert len(await log.placed()) == 350


async def test_the_floor_rises_under_constant_load_too(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    for _ in range(30):
        await fill(log, 10)
        assert await sequencer.tick() is not None
    assert await log.connection.fetchval(FLOOR) == 290


async def test_the_floor_is_looked_after_once_an_interval(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=3600)
    await fill(log, 150)
    for _ in range(5):
        await sequencer.tick(even_if_idle=True)
    assert await log.connection.fetchval(FLOOR) == 0


# fault 10, fault 85
async def test_the_floor_waits_for_a_transaction_that_reaches_over_the_end(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    others = await log.commits(90)
    async with log.command() as open_one:
        held = await change(open_one, log.things[1], 20)
        # Nobody has a younger xid, so that this one is the xmax of every snapshot.
        floor = Floor()
        for _ in range(5):
            assert await floor.raised(log.connection, 0) == 0
        for _ in range(5):
            await sequencer.tick(even_if_idle=True)
        assert await log.connection.fetchval(FLOOR) == 0
    for _ in range(3):
        await sequencer.tick(even_if_idle=True)
    assert await log.placed() == others + held
    assert await log.connection.fetchval(FLOOR) == 110


# fault 10, fault 85
async def test_the_floor_waits_for_one_old_id_however_far_the_others_are(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    async with log.command() as open_one:
        held = await change(open_one, log.things[1])
        for _ in range(10):
            await fill(log, 50)
            await sequencer.tick(even_if_idle=True)
        assert await log.connection.fetchval(FLOOR) == 0
        assert len(await log.placed()) == 500
    await sequencer.tick()
    assert await log.placed(after=500) == held


async def test_a_second_floor_goes_on_from_where_the_first_one_is(log: Log) -> None:
    await fill(log, 150)
    one, other = Floor(), Floor()
    assert await one.raised(log.connection, 0) == 0
    assert await other.raised(log.connection, 0) == 0
    assert await one.raised(log.connection, 0) == 150
    assert await other.raised(log.connection, 150) == 150
    await fill(log, 100)
    assert await other.raised(log.connection, 150) == 150
    assert await one.raised(log.connection, 150) == 150
    assert await one.raised(log.connection, 150) == 250


async def test_no_xids_are_taken_while_nothing_is_appended(log: Log) -> None:
    await fill(log, 10)
    floor = Floor()
    for _ in range(2):
        await floor.raised(log.connection, 0)
    before = await log.connection.fetchval(NEXT_XID)
    for _ in range(5):
        assert await floor.raised(log.connection, 10) == 10
    assert await log.connection.fetchval(NEXT_XID) == before


async def test_a_transaction_takes_its_xid_before_its_ids(log: Log) -> None:
    explained = await log.connection.fetchval(f"EXPLAIN (VERBOSE, FORMAT json) {APPEND}", "[]")
    insert = json.loads(explained)[0]["Plan"]
    (ids,) = insert["Plans"]
    assert any("nextval" in column for column in ids["Output"])
    (xids,) = ids["Plans"]
    assert any("pg_current_xact_id" in column for column in xids["Output"])


async def test_ticks_do_not_look_into_partitions_below_the_floor(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    await fill(log, 250)
    for _ in range(3):
        await sequencer.tick(even_if_idle=True)
    writer: asyncpg.Connection = await log.writer()
    async with writer.transaction():
        await begin_as_commands_do(writer)
    looked_into = "SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'event_from_1'"
    await log.connection.execute("SELECT pg_stat_force_next_flush()")
    before = await log.connection.fetchval(looked_into)
    await log.commits()
    await sequencer.tick()
    assert await log.connection.fetchval(looked_into) == before
