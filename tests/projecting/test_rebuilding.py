"""Builds filled beside the live one."""

import asyncio

import asyncpg
import pytest

from plaza.bootstrap import PROJECTIONS
from plaza.projecting import catching_up, verifying
from plaza.projecting import filling as filling_up
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.rebuilding import (
    BuildDropped,
    FilledElsewhere,
    RebuildUnderWay,
    begin_rebuild,
    fill,
    verify,
)
from plaza.projecting.steps import Shard
from plaza.projecting.switching import retire, switch
from plaza.projecting.verifying import LiveBuildStands
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING
from projecting.connecting import Connect
from projecting.log import Announced, a_follower, follow_to_the_end, sequence, tell
from projecting.rebuilds import (
    category_tree_with_a_bug,
    facts_of,
    indexes_of,
    rebuilt,
    shown_in,
    statuses_of,
    steps_in,
    told_and_followed,
)
from read_models.catalogue import ACategory


async def test_every_read_model_is_rebuilt_to_the_very_same(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, PROJECTIONS, seed=61, facts=400)
    for projection in PROJECTIONS:
        build, found = await rebuilt(connect, projection)
        assert (build, found.total, found.named) == (2, 0, []), projection.name
        shown = await shown_in(connection, projection, 1)
        assert shown == await shown_in(connection, projection, 2), projection.name
        assert found.rows == sum(map(len, shown))
        indexes = await indexes_of(connection, projection, 1)
        assert indexes == await indexes_of(connection, projection, 2), projection.name
        assert await statuses_of(connection, projection) == {1: "live", 2: "ready"}


async def test_a_rebuild_that_is_killed_goes_on_where_it_was(
    connect: Connect, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 42
    monkeypatch.setattr(catching_up, "BULK_FACTS_MAX", 40)
    monkeypatch.setattr(filling_up, "NEAR_FACTS", 1)
    await told_and_followed(connection, [PRODUCT_LISTING], seed=62, facts=400)
    build = await begin_rebuild(connection, PRODUCT_LISTING, switches=False)
    filling = await connect()

    def kill(position: int, _: int | None) -> None:
        if position >= 200:
            filling.terminate()

    opened = iter([await connect(), filling])

    async def killable() -> asyncpg.Connection:
        return next(opened)

    with pytest.raises(asyncpg.InterfaceError):
        await fill(killable, PRODUCT_LISTING, build, kill)
    done = await steps_in(connection, build)
    assert 200 <= done[-1]["upto"] < 400
    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "live", 2: "filling"}

    found = await fill(connect, PRODUCT_LISTING, build, lambda _, __: None)

    assert found.total == 0
    steps = await steps_in(connection, build)
    assert steps[: len(done)] == done
    assert sum(step["facts"] for step in steps) == await facts_of(connection, PRODUCT_LISTING)
    assert await statuses_of(connection, PRODUCT_LISTING) == {1: "live", 2: "ready"}


async def test_a_planted_bug_is_found_and_the_documents_are_named(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    shown, shown_wrong = ACategory(), ACategory()
    await tell(connection, shown.created(), shown_wrong.created())
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))

    _, found = await rebuilt(connect, category_tree_with_a_bug(shown_wrong.id))

    assert (found.rows, found.total) == (2, 1)
    (named,) = found.named
    assert (named.document, named.key, named.found) == (
        "category_tree",
        shown_wrong.id,
        "different",
    )


async def test_rows_that_only_one_build_has_are_found(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    lost, invented = ACategory(), ACategory()
    await tell(connection, lost.created(), invented.created())
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    await rebuilt(connect, CATEGORY_TREE)
    gone = "DELETE FROM read.category_tree_v1_b{} WHERE category_id = $1"
    await connection.execute(gone.format(2), lost.id)
    await connection.execute(gone.format(1), invented.id)

    found = await verify(connect, CATEGORY_TREE, lambda _, __: None)

    named = {difference.key: difference.found for difference in found.named}
    assert named == {lost.id: "missing", invented.id: "surplus"}


async def test_builds_are_compared_as_of_one_position_while_one_of_them_goes_on(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=63, facts=100)
    build = await begin_rebuild(connection, CATEGORY_TREE, switches=False)
    follower = await a_follower(await connect(), CATEGORY_TREE)
    is_done = asyncio.Event()

    async def go_on() -> None:
        teller = await connect()
        is_last = False
        while not is_last:
            is_last = is_done.is_set()
            await tell(teller, ACategory().created())
            await sequence(teller)
            await follow_to_the_end(follower)

    going_on = asyncio.create_task(go_on())
    found = await fill(connect, CATEGORY_TREE, build, lambda _, __: None)
    is_done.set()
    await going_on
    assert found.total == 0
    shown = await shown_in(connection, CATEGORY_TREE, 1)
    assert sum(map(len, shown)) > found.rows


async def test_a_build_that_is_retired_while_it_is_filled_is_said_to_be_gone(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=71, facts=200)
    build = await begin_rebuild(connection, CATEGORY_TREE, switches=False)
    opened = [await connect(), await connect()]

    async def connect_while_it_is_retired() -> asyncpg.Connection:
        if len(opened) == 1:
            await retire(connection, CATEGORY_TREE)
        return opened.pop()

    with pytest.raises(BuildDropped, match="Build 2 of category_tree was dropped"):
        await fill(connect_while_it_is_retired, CATEGORY_TREE, build, lambda _, __: None)


async def test_a_build_stays_ready_where_nobody_follows_to_compare_it_with(
    connect: Connect, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=71, facts=200)
    build, _ = await rebuilt(connect, CATEGORY_TREE)
    await tell(connection, ACategory().created())
    await sequence(connection)
    tables = await BuildTables.of(connection, CATEGORY_TREE, build)
    shard = Shard(projection=CATEGORY_TREE.name, build=build)
    await follow_to_the_end(Follower(connection, CATEGORY_TREE, shard, tables, Announced()))
    monkeypatch.setattr(verifying, "STANDSTILL_TIMEOUT_S", 0.3)

    with pytest.raises(LiveBuildStands, match="verify again"):
        await verify(connect, CATEGORY_TREE, lambda _, __: None)

    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live", 2: "ready"}
    assert (await switch(connection, CATEGORY_TREE)).build == 2


async def test_one_build_is_filled_at_a_time_by_one_process_at_a_time(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    build = await begin_rebuild(connection, CATEGORY_TREE, switches=False)
    with pytest.raises(RebuildUnderWay):
        await begin_rebuild(await connect(), CATEGORY_TREE, switches=False)
    elsewhere = await connect()
    await elsewhere.execute(
        "SELECT pg_advisory_lock(hashtextextended('plaza/filler/category_tree', 0))"
    )
    with pytest.raises(FilledElsewhere):
        await fill(connect, CATEGORY_TREE, build, lambda _, __: None)
