import asyncio

import asyncpg
import pytest

from plaza.outbox.partitions import PARTITIONS_AHEAD, ensure_partitions
from soaking.one_log import Log, until
from soaking.things import change

PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox.event'::regclass"
WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'outbox.event'::regclass AND NOT granted"
SEQUENCE_CACHE = "SELECT seqcache FROM pg_sequence WHERE seqrelid = 'outbox.event_id_seq'::regclass"


# fault 85
async def test_partitions_are_made_ahead_of_the_ids(log: Log) -> None:
    size = log.settings.outbox_partition_size
    assert await log.connection.fetchval(PARTITIONS) == PARTITIONS_AHEAD
    assert await ensure_partitions(log.connection, size) == 0
    await log.commits(1)
    assert await ensure_partitions(log.connection, size) == 1
    await log.commits(250)
    assert await ensure_partitions(log.connection, size) == 2


# fault 85
async def test_a_log_outgrows_its_partitions_by_far_when_they_are_made_in_time(log: Log) -> None:
    sequencer = await log.sequencer(floor_interval_s=0)
    ids = []
    for _ in range(20):
        ids += await log.commits(60)
        await ensure_partitions(log.connection, log.settings.outbox_partition_size)
        await sequencer.tick()
    assert await log.placed() == ids
    assert len(ids) == 1_200


# fault 85
async def test_without_a_partition_a_command_fails_and_writes_nothing(log: Log) -> None:
    sequencer = await log.sequencer()
    ids = await log.commits(290)
    with pytest.raises(asyncpg.CheckViolationError, match="no partition"):
        await log.commits(20)
    await ensure_partitions(log.connection, log.settings.outbox_partition_size)
    ids += await log.commits(20)
    await sequencer.tick()
    assert await log.placed() == ids


# fault 85
async def test_making_partitions_waits_for_no_open_writer_and_no_writer_for_it(log: Log) -> None:
    size = log.settings.outbox_partition_size
    async with log.command() as writer:
        ids = await change(writer, log.things[1], 150)
        making = await log.connect()
        await making.execute("SET statement_timeout = '2s'")
        # Within a transaction, so that its locks last.
        async with making.transaction():
            assert await ensure_partitions(making, size) == 2
            ids += await change(writer, log.things[1])
            others = await log.commits()
    await (await log.sequencer()).tick()
    assert await log.placed() == sorted(ids + others)


# fault 85
async def test_a_change_of_the_logs_form_is_waited_for_and_then_partitions_are_made(
    log: Log,
) -> None:
    await log.commits(150)
    other = await log.connect()
    await other.execute("BEGIN; LOCK TABLE outbox.event IN SHARE UPDATE EXCLUSIVE MODE")
    making = asyncio.create_task(
        ensure_partitions(await log.connect(), log.settings.outbox_partition_size)
    )

    async def is_waiting() -> bool:
        return bool(await log.connection.fetchval(WAITING))

    async def gave_way() -> bool:
        return not await log.connection.fetchval(WAITING)

    await until(is_waiting)
    await until(gave_way)
    # Writers were not held up by it.
    await log.commits()
    await other.execute("COMMIT")
    assert await making == 2


async def test_two_who_make_partitions_at_once_make_each_one_time(log: Log) -> None:
    await log.commits(299)
    size = log.settings.outbox_partition_size
    makers = [ensure_partitions(await log.connect(), size) for _ in range(4)]
    assert sum(await asyncio.gather(*makers)) == 3


async def test_ids_are_taken_one_at_a_time(log: Log) -> None:
    assert await log.connection.fetchval(SEQUENCE_CACHE) == 1


@pytest.mark.parametrize("role", ["plaza_app", "plaza_reader"])
async def test_a_partition_is_no_way_around_the_log(log: Log, role: str) -> None:
    connection = await log.connect(role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT * FROM outbox.event_from_1")
