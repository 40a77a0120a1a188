"""A copy of a log is another log: the snapshots of its ticks mean nothing there."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from plaza.embedded.placement import reachable_programs
from plaza.embedded.postgres import PostgresCluster
from plaza.embedded.postgres_data import ENVIRONMENT, SUPERUSER
from plaza.embedded.programs import installed_programs
from plaza.embedded.server_user import server_user
from plaza.embedded.servers import temporary_cluster
from plaza.outbox.epoch import (
    FORGET_TXIDS,
    PLACE_STRAGGLERS,
    current_epoch,
    log_identity,
    reseed_if_moved,
)
from plaza.outbox.sequencer import SEQUENCER_LOCK
from plaza.outbox.token import InvalidConsistencyToken
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens
from soaking.log_server import log_settings
from soaking.one_log import Log, opened_log
from soaking.things import change

LATEST_XMAX = """
    SELECT pg_snapshot_xmax(snapshot)::text::bigint FROM outbox.tick ORDER BY number DESC LIMIT 1
"""
NEXT_XID = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
TXIDS = "SELECT DISTINCT txid::text::bigint FROM outbox.event"
EPOCHS = "SELECT count(*) FROM outbox.epoch"
BURN_XIDS = """
    DO $$ BEGIN
        FOR turn IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
    END $$
"""
TICK_OF_OTHER_XIDS = """
    INSERT INTO outbox.tick (number, next, snapshot, floor)
    SELECT number + 1, next, '9000000:9000000:', floor FROM outbox.tick ORDER BY number DESC LIMIT 1
"""
TIMELINE = "SELECT timeline_id FROM pg_control_checkpoint()"

Copy = Callable[[Log], Awaitable[Settings]]


@pytest.fixture(scope="module")
def new_cluster() -> Iterator[PostgresCluster]:
    """A cluster that was just made: its xids begin far below those of the other one."""
    with temporary_cluster() as cluster:
        yield cluster


@pytest.fixture
def restored(log_cluster: PostgresCluster, new_cluster: PostgresCluster, tmp_path: Path) -> Copy:
    """Dumps a log and restores it into the new cluster."""
    programs = reachable_programs(installed_programs(), server_user()).postgres / "bin"
    file = tmp_path / "log.dump"

    async def restore(log: Log) -> Settings:
        source = log_cluster.url(SUPERUSER, await name_of(log))
        target = new_cluster.url(SUPERUSER, "plaza")
        commands: list[list[str | Path]] = [
            [programs / "pg_dump", "--format=custom", f"--file={file}", source],
            [programs / "pg_restore", "--exit-on-error", f"--dbname={target}", file],
        ]
        for command in commands:
            await asyncio.to_thread(subprocess.run, command, check=True, env=ENVIRONMENT)
        return log_settings(new_cluster)

    return restore


@pytest.fixture
def copied(log_cluster: PostgresCluster) -> Copy:
    """Copies a log within its cluster; its connections are lost."""

    async def copy(log: Log) -> Settings:
        source = await name_of(log)
        for connection in [log.connection, *log.opened]:
            await connection.close()
        admin = await asyncpg.connect(log_cluster.url(SUPERUSER, "postgres"))
        await admin.execute(f"CREATE DATABASE {source}_copy OWNER plaza_owner TEMPLATE {source}")
        await admin.close()
        return log_settings(log_cluster, database=f"{source}_copy")

    return copy


async def name_of(log: Log) -> str:
    return str(await log.connection.fetchval("SELECT current_database()"))


async def with_stragglers(log: Log) -> tuple[list[int], list[int]]:
    """The ids of placed events, and of some that were committed while no sequencer worked."""
    await log.connection.execute(BURN_XIDS)
    sequencer = await log.sequencer()
    placed = await log.commits(3) + await log.commits(2, thing=1)
    await sequencer.tick()
    return placed, await log.commits(2) + await log.commits(1, thing=2)


async def goes_on(log: Log, placed: list[int], stragglers: list[int]) -> None:
    """Check a reseeded log, and that new events are delivered behind the old ones."""
    assert await log.placed() == placed + stragglers
    assert [row["txid"] for row in await log.connection.fetch(TXIDS)] == [0]
    new = await log.commits(2) + await log.commits(1, thing=2)
    await (await log.sequencer()).tick()
    # A projection that had seen the placed ones sees each of the others once.
    assert await log.placed(after=len(placed)) == stragglers + new


# fault 16
async def test_a_restored_log_places_its_stragglers_and_goes_on(log: Log, restored: Copy) -> None:
    placed, stragglers = await with_stragglers(log)
    old_tokens = await epoch_tokens(log.settings)
    epochs = await log.connection.fetchval(EPOCHS)
    settings = await restored(log)
    connection = await asyncpg.connect(settings.database_url)
    # If it were not so, nothing new would lie below the old snapshot, and nothing could be lost.
    assert await connection.fetchval(LATEST_XMAX) > await connection.fetchval(NEXT_XID) + 1000
    await connection.close()
    async with opened_log(settings) as another:
        assert await another.connection.fetchval(EPOCHS) == epochs + 1
        await goes_on(another, placed, stragglers)
    tokens = await epoch_tokens(settings)
    with pytest.raises(InvalidConsistencyToken, match="restore"):
        tokens.event_in(old_tokens.issue(placed[-1]))


# fault 16
async def test_a_copied_log_places_its_stragglers_and_goes_on(log: Log, copied: Copy) -> None:
    placed, stragglers = await with_stragglers(log)
    old_epoch = await current_epoch(log.connection)
    async with opened_log(await copied(log)) as another:
        assert await current_epoch(another.connection) != old_epoch
        await goes_on(another, placed, stragglers)


# fault 16
async def test_a_log_whose_xids_began_again_is_reseeded(log: Log) -> None:
    placed, stragglers = await with_stragglers(log)
    old_epoch = await current_epoch(log.connection)
    await log.connection.execute(TICK_OF_OTHER_XIDS)
    assert await (await log.sequencer()).tick() is None
    assert await current_epoch(log.connection) != old_epoch
    await goes_on(log, placed, stragglers)


async def test_the_same_log_keeps_its_epoch_however_often_sequencers_start(log: Log) -> None:
    epoch, epochs = await current_epoch(log.connection), await log.connection.fetchval(EPOCHS)
    placed, stragglers = await with_stragglers(log)
    await (await log.sequencer()).tick()
    for _ in range(3):
        await log.sequencer()
    assert await current_epoch(log.connection) == epoch
    assert await log.connection.fetchval(EPOCHS) == epochs
    assert await log.placed() == placed + stragglers


async def test_of_many_sequencers_that_start_on_a_copy_one_reseeds(log: Log, copied: Copy) -> None:
    placed, stragglers = await with_stragglers(log)
    epochs = await log.connection.fetchval(EPOCHS)
    settings = await copied(log)
    connections = [await asyncpg.connect(settings.database_url) for _ in range(4)]
    identity = await log_identity(connections[0])
    reseeded = await asyncio.gather(
        *(reseed_if_moved(connection, identity, SEQUENCER_LOCK) for connection in connections)
    )
    assert sorted(reseeded) == [False, False, False, True]
    assert await connections[0].fetchval(EPOCHS) == epochs + 1
    for connection in connections:
        await connection.close()
    async with opened_log(settings) as another:
        await goes_on(another, placed, stragglers)


async def test_what_writers_do_while_the_log_is_reseeded_is_placed_once(log: Log) -> None:
    placed, stragglers = await with_stragglers(log)
    async with log.command() as late:
        # Open from before the reseeding until after it.
        last = await change(late, log.things[1])
        async with log.connection.transaction():
            await log.connection.execute(FORGET_TXIDS)
            # Committed between its two statements: with a txid that is kept.
            between = await log.commits()
            await log.connection.execute(PLACE_STRAGGLERS)
        last += await change(late, log.things[1])
    await (await log.sequencer()).tick()
    assert await log.placed() == placed + stragglers + between + last
    assert 0 in [row["txid"] for row in await log.connection.fetch(TXIDS)]


async def test_the_identity_names_the_timeline_that_is_written(log: Log) -> None:
    identity = await log_identity(log.connection)
    assert identity.split("/")[1] == str(await log.connection.fetchval(TIMELINE))
