"""Old partitions of the log are dropped when they are old, and when nobody needs them."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from plaza.bootstrap import SNAPSHOTS
from plaza.operations.audits import audit_whole, auditing
from plaza.operations.changes import changes_since
from plaza.operations.migrate import migrate
from plaza.operations.retention import NOTE, drop_old_facts
from plaza.outbox.channels import everything
from plaza.outbox.partitions import ensure_partitions
from plaza.outbox.sequencer import Sequencer
from plaza.outbox.verification import Extent, Finding, verify_log
from plaza.projecting.building import drop_tables
from plaza.projecting.builds import NotBuilt, ensure_build
from plaza.projecting.rebuilding import begin_rebuild, fill
from plaza.projecting.replaying import LogIncomplete, check_complete
from plaza.projecting.switching import retire
from plaza.read_models.category_tree.projection import PROJECTION
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.settings import Settings
from projecting.connecting import Connect, connecting
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from projecting.rebuilds import indexes_of, statuses_of
from read_models.catalogue import ACategory

KEPT_DAYS = 30
BEHIND_FIRST = 1_000_001
"""The first id of the second partition."""
MAKE_OLDER = "UPDATE outbox.event SET created_at = created_at - make_interval(days => $1)"
PASS = """
    INSERT INTO projecting.step (projection, build, shard, number, upto, facts)
    SELECT projection, build, 0, 1000, (SELECT max(position) FROM outbox.position), 0
    FROM projecting.build WHERE projection <> $1
"""
PASS_LIVE = f"{PASS} AND status = 'live'"
HOLD = """
    INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
    VALUES ('product_page', 1, 'product_page', $1, 1, now(), 'broken')
"""
HOLD_FACT = """
    INSERT INTO projecting.held_fact (projection, build, document, key, position)
    VALUES ('product_page', 1, 'product_page', $1, 1)
"""
CATEGORIES_SHOWN = "SELECT count(*) FROM read.category_tree_v1"
FORGET_MODEL = """
    DROP VIEW read.category_tree_v1, read.category_tree_vendor_v1, read.category_tree_product_v1;
    DELETE FROM projecting.step WHERE projection = 'category_tree';
    DELETE FROM projecting.build WHERE projection = 'category_tree';
"""
PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox.event'::regclass"
FLOOR = "SELECT floor FROM outbox.tick ORDER BY number DESC LIMIT 1"


@pytest_asyncio.fixture(loop_scope="session")
async def connect(fresh_settings: Settings) -> AsyncIterator[Connect]:
    async with connecting(fresh_settings) as opening:
        yield opening


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connect: Connect, fresh_settings: Settings) -> asyncpg.Connection:
    """A log whose first partition is full, sequenced and behind the floor."""
    opened = await connect()
    await tell(opened, *(ACategory().created() for _ in range(3)))
    await opened.execute(f"SELECT setval('outbox.event_id_seq', {BEHIND_FIRST - 1})")
    await tell(opened, *(ACategory().created() for _ in range(2)))
    await ensure_partitions(opened, fresh_settings.outbox_partition_size)
    sequencer = Sequencer(opened, floor_interval_s=0)
    async with asyncio.timeout(10):
        while await opened.fetchval(FLOOR) < BEHIND_FIRST - 1:
            await sequencer.tick(even_if_idle=True)
    return opened


@pytest.fixture
def keeping(fresh_settings: Settings) -> Settings:
    return msgspec.structs.replace(fresh_settings, log_kept_days=KEPT_DAYS)


async def findings(settings: Settings) -> tuple[Extent, list[Finding]]:
    extent, *found = [each async for each in verify_log(settings, lambda _done, _total: None)]
    assert isinstance(extent, Extent)
    return extent, [each for each in found if isinstance(each, Finding)]


async def test_what_is_old_and_passed_is_dropped_and_the_rest_is_whole(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")
    before = await connection.fetchval(PARTITIONS)
    assert await drop_old_facts(keeping) == 1
    assert await connection.fetchval(PARTITIONS) == before - 1
    extent, found = await findings(keeping)
    assert found == []
    assert extent.last - extent.first == 1
    assert await drop_old_facts(keeping) == 0
    with pytest.raises(LogIncomplete, match="PLAZA_LOG_KEPT_DAYS"):
        await check_complete(connection)
    with pytest.raises(NotBuilt, match="snapshots"):
        await ensure_build(connection, msgspec.structs.replace(PROJECTION, schema_version=99))


async def test_commands_and_the_sequencer_go_on_behind_what_was_dropped(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")
    assert await drop_old_facts(keeping) == 1
    await tell(connection, ACategory().created())
    assert await Sequencer(connection).tick() is not None
    extent, found = await findings(keeping)
    assert (extent.last - extent.first, found) == (2, [])


async def test_without_the_setting_everything_is_kept(
    connection: asyncpg.Connection, fresh_settings: Settings
) -> None:
    await connection.execute(MAKE_OLDER, 10_000)
    await connection.execute(PASS, "")
    assert await drop_old_facts(fresh_settings) == 0
    await check_complete(connection)


async def test_what_is_not_old_enough_is_kept(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS - 1)
    await connection.execute(PASS, "")
    assert await drop_old_facts(keeping) == 0


async def test_what_one_follower_has_not_passed_is_kept(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "order_page")
    assert await drop_old_facts(keeping) == 0
    await check_complete(connection)


async def test_what_is_held_for_something_parked_is_kept(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")
    key = uuid4()
    await connection.execute(HOLD, key)
    await connection.execute(HOLD_FACT, key)
    assert await drop_old_facts(keeping) == 0


async def test_what_a_build_that_is_filled_has_not_come_to_is_kept(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    # fault 42
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await begin_rebuild(connection, CATEGORY_TREE, switches=False)
    await connection.execute(PASS_LIVE, "")
    assert await drop_old_facts(keeping) == 0
    await retire(connection, CATEGORY_TREE)
    assert await drop_old_facts(keeping) == 1


async def test_while_a_writer_is_open_it_is_tried_again(
    connection: asyncpg.Connection, connect: Connect, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")
    writer = await connect()
    async with writer.transaction():
        await writer.execute("LOCK TABLE outbox.event IN ROW EXCLUSIVE MODE")
        dropping = asyncio.create_task(drop_old_facts(keeping))
        # Nobody else waits behind it for longer than a moment.
        await tell(connection, ACategory().created())
        assert not dropping.done()
    assert await dropping == 1


async def test_the_last_fact_stays_however_old_it_is(connect: Connect, keeping: Settings) -> None:
    connection = await connect()
    await tell(connection, *(ACategory().created() for _ in range(3)))
    # Commands that were rolled back took the ids behind it.
    await connection.execute(f"SELECT setval('outbox.event_id_seq', {BEHIND_FIRST - 1})")
    await ensure_partitions(connection, keeping.outbox_partition_size)
    sequencer = Sequencer(connection, floor_interval_s=0)
    async with asyncio.timeout(10):
        while await connection.fetchval(FLOOR) < BEHIND_FIRST - 1:
            await sequencer.tick(even_if_idle=True)
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")

    assert await drop_old_facts(keeping) == 0

    await tell(connection, ACategory().created())
    await sequence(connection)
    assert await drop_old_facts(keeping) == 1


async def test_a_log_of_which_nothing_is_left_is_not_one_that_says_nothing(
    connection: asyncpg.Connection, fresh_settings: Settings
) -> None:
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    shown = await connection.fetchval(CATEGORIES_SHOWN)
    last = await sequence(connection)
    await connection.execute(NOTE, last, BEHIND_FIRST)
    await connection.execute("DELETE FROM outbox.position")

    async with auditing(fresh_settings) as work:
        with pytest.raises(LogIncomplete, match=f"begins at position {last + 1}"):
            await audit_whole(work, CATEGORY_TREE, lambda _, __: None, repairs=True)
    assert await connection.fetchval(CATEGORIES_SHOWN) == shown > 0


async def test_a_read_model_that_a_release_adds_is_built_of_snapshots_where_the_log_is_cut(
    connection: asyncpg.Connection, connect: Connect, keeping: Settings
) -> None:
    indexes = await indexes_of(connection, CATEGORY_TREE, 1)
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")
    assert await drop_old_facts(keeping) == 1
    # The release before did not have it.
    await connection.execute(FORGET_MODEL)
    await drop_tables(connection, CATEGORY_TREE, 1)

    with pytest.raises(NotBuilt, match="projections rebuild category_tree --from snapshots"):
        await migrate(keeping, [CATEGORY_TREE], [])
    build = await begin_rebuild(
        connection, CATEGORY_TREE, switches=True, source="snapshot", snapshots=SNAPSHOTS
    )
    found = await fill(connect, CATEGORY_TREE, build, lambda _, __: None, SNAPSHOTS)

    assert found.total == 0
    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live"}
    assert await indexes_of(connection, CATEGORY_TREE, 1) == indexes
    await migrate(keeping, [CATEGORY_TREE], [])
    await tell(connection, ACategory().created())
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    assert await connection.fetchval(CATEGORIES_SHOWN) == 1


async def test_a_cdn_that_asks_from_before_what_was_dropped_lets_go_of_everything(
    connection: asyncpg.Connection, keeping: Settings
) -> None:
    await connection.execute(MAKE_OLDER, KEPT_DAYS + 1)
    await connection.execute(PASS, "")
    assert await drop_old_facts(keeping) == 1
    names = [CATEGORY_TREE.name]
    assert (await changes_since(keeping, 0, names)).tags == [everything(CATEGORY_TREE.name)]
    behind = await connection.fetchval("SELECT max(position) FROM outbox.position")
    assert (await changes_since(keeping, behind, names)).tags == []
