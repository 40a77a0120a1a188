"""Which build is read."""

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from plaza.operations.projections.parked import list_parked
from plaza.operations.retention import IN_NEED
from plaza.projecting import switching as switching_over
from plaza.projecting.building import all_tables
from plaza.projecting.catching_up import BuildStopped, catch_up
from plaza.projecting.rebuilding import NothingReady
from plaza.projecting.steps import Fenced
from plaza.projecting.switching import (
    BuildsMoved,
    DiffersFromLive,
    InTheWay,
    NothingKept,
    retire,
    rollback,
    switch,
)
from plaza.read_models.bestsellers.projection import PROJECTION as BESTSELLERS
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from projecting.connecting import Connect
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from projecting.poisoning import held_in, with_bug
from projecting.rebuilds import (
    category_tree_with_a_bug,
    rebuilt,
    shown_in,
    statuses_of,
    told_and_followed,
    views_show,
)
from read_models.catalogue import ACategory, AVendor

LEFT_OVER = """
    SELECT count(*) FROM (
        SELECT relname AS name FROM pg_class UNION ALL SELECT proname FROM pg_proc) named
    WHERE name ~ 'bestsellers.*_b2'
"""


async def test_what_is_ready_is_read_after_a_switch_and_what_was_live_is_kept(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=71, facts=200)
    await rebuilt(connect, CATEGORY_TREE)
    # So that it shows which of the two is read.
    await connection.execute("UPDATE read.category_tree_v1_b2 SET name = 'Of build 2'")

    assert (await switch(connection, CATEGORY_TREE)).build == 2

    assert await statuses_of(connection, CATEGORY_TREE) == {1: "kept", 2: "live"}
    assert await views_show(connection, CATEGORY_TREE) == await shown_in(
        connection, CATEGORY_TREE, 2
    )
    assert await rollback(connection, CATEGORY_TREE) == 1
    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live", 2: "kept"}
    assert await views_show(connection, CATEGORY_TREE) == await shown_in(
        connection, CATEGORY_TREE, 1
    )


async def test_a_switch_brings_the_build_to_where_the_live_one_is(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=72, facts=100)
    await rebuilt(connect, CATEGORY_TREE)
    late = ACategory()
    await tell(connection, late.created())
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    before = await views_show(connection, CATEGORY_TREE)

    await switch(connection, CATEGORY_TREE)

    assert str(late.id) in str(before)
    assert await views_show(connection, CATEGORY_TREE) == before


async def test_who_followed_the_live_build_commits_nothing_after_a_switch(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    # fault 5
    await told_and_followed(connection, [CATEGORY_TREE], seed=73, facts=100)
    former = await a_follower(await connect(), CATEGORY_TREE)
    await follow_to_the_end(former)
    await rebuilt(connect, CATEGORY_TREE)
    await switch(connection, CATEGORY_TREE)
    await tell(connection, ACategory().created())
    await sequence(connection)
    with pytest.raises(Fenced):
        await former.advance()


async def test_a_build_that_differs_is_switched_to_only_where_that_is_accepted(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    wrong = ACategory()
    await tell(connection, wrong.created())
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    await rebuilt(connect, category_tree_with_a_bug(wrong.id))

    with pytest.raises(DiffersFromLive) as refused:
        await switch(connection, CATEGORY_TREE)

    assert refused.value.members == {"build": 2, "differences": 1}
    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live", 2: "ready"}
    assert (await switch(connection, CATEGORY_TREE, accept_differences=True)).build == 2


async def test_a_retired_build_leaves_nothing_behind(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [BESTSELLERS], seed=74, facts=100)
    await rebuilt(connect, BESTSELLERS)
    assert await connection.fetchval(LEFT_OVER) >= len(all_tables(BESTSELLERS, 2)) + 1

    assert await retire(connection, BESTSELLERS) == [2]

    assert await connection.fetchval(LEFT_OVER) == 0
    assert await statuses_of(connection, BESTSELLERS) == {1: "live", 2: "retired"}
    build, _ = await rebuilt(connect, BESTSELLERS)
    assert build == 3


async def test_what_was_parked_of_a_build_goes_with_it(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    poisoned = AVendor()
    await tell(connection, *poisoned.approved(), *AVendor().approved())
    last = await sequence(connection)
    bug = with_bug(VENDOR_DIRECTORY, lambda event: event.aggregate_id == poisoned.id)
    await follow_to_the_end(await a_follower(connection, bug))
    assert await held_in(connection)
    # The mended code shows what the broken one does not, which is accepted.
    await rebuilt(connect, VENDOR_DIRECTORY)
    await switch(connection, VENDOR_DIRECTORY, accept_differences=True)

    assert await retire(connection, VENDOR_DIRECTORY) == [1]

    listed = await list_parked(connection, VENDOR_DIRECTORY.name)
    assert (listed.items, listed.stopped, await held_in(connection)) == ([], [], [])
    others = "DELETE FROM projecting.build WHERE projection <> $1"
    await connection.execute(others, VENDOR_DIRECTORY.name)
    assert await connection.fetchval(IN_NEED, last) is None


async def test_a_build_that_was_stopped_stands_no_longer_once_it_is_retired(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await tell(connection, *(event for _ in range(150) for event in AVendor().approved()))
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))
    with pytest.raises(BuildStopped):
        await rebuilt(connect, with_bug(VENDOR_DIRECTORY, lambda _: True))
    assert (await list_parked(connection, VENDOR_DIRECTORY.name)).stopped

    await retire(connection, VENDOR_DIRECTORY)

    assert (await list_parked(connection, VENDOR_DIRECTORY.name)).stopped == []


async def test_who_switches_beside_somebody_else_is_told_so_and_one_build_is_read(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=71, facts=200)
    await rebuilt(connect, CATEGORY_TREE)
    await switch(connection, CATEGORY_TREE)
    await rebuilt(connect, CATEGORY_TREE)

    done = await asyncio.gather(
        switch(await connect(), CATEGORY_TREE),
        rollback(await connect(), CATEGORY_TREE),
        return_exceptions=True,
    )

    refused = [each for each in done if isinstance(each, BaseException)]
    assert all(isinstance(each, BuildsMoved) for each in refused), refused
    statuses = list((await statuses_of(connection, CATEGORY_TREE)).values())
    assert statuses.count("live") == 1
    assert await views_show(connection, CATEGORY_TREE)


async def test_who_goes_back_to_a_build_that_somebody_retires_is_told_so(
    connect: Connect, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=71, facts=200)
    await rebuilt(connect, CATEGORY_TREE)
    await switch(connection, CATEGORY_TREE)
    elsewhere = await connect()

    async def catch_up_while_it_is_retired(*place: Any, **how: Any) -> None:
        await catch_up(*place, **how)
        await retire(elsewhere, CATEGORY_TREE)

    monkeypatch.setattr(switching_over, "catch_up", catch_up_while_it_is_retired)
    with pytest.raises(BuildsMoved, match="Somebody else has switched or retired"):
        await rollback(connection, CATEGORY_TREE)

    assert await statuses_of(connection, CATEGORY_TREE) == {1: "retired", 2: "live"}


async def test_a_switch_gives_up_with_a_sentence_where_somebody_reads_without_an_end(
    connect: Connect, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=75, facts=100)
    await rebuilt(connect, CATEGORY_TREE)
    monkeypatch.setattr(switching_over, "TIMEOUT_S", 0.3)
    reader = await connect()
    async with reader.transaction():
        await reader.fetch("SELECT * FROM read.category_tree_v1")
        with pytest.raises(InTheWay, match="Nothing was changed"):
            await switch(connection, CATEGORY_TREE)
    assert await statuses_of(connection, CATEGORY_TREE) == {1: "live", 2: "ready"}


async def test_where_there_is_nothing_to_switch_to_that_is_said(
    connection: asyncpg.Connection,
) -> None:
    with pytest.raises(NothingReady):
        await switch(connection, CATEGORY_TREE)
    with pytest.raises(NothingKept):
        await rollback(connection, CATEGORY_TREE)
    with pytest.raises(NothingReady):
        await retire(connection, CATEGORY_TREE)


async def test_a_switch_waits_for_a_long_question_without_making_others_wait(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    await told_and_followed(connection, [CATEGORY_TREE], seed=75, facts=100)
    await rebuilt(connect, CATEGORY_TREE)
    asking, other = await connect(), await connect()
    question = asking.transaction()
    await question.start()
    await asking.fetch("SELECT * FROM read.category_tree_v1")

    switching = asyncio.create_task(switch(connection, CATEGORY_TREE))
    waits: list[float] = []
    while len(waits) < 20:
        began = time.monotonic()
        await other.fetch("SELECT * FROM read.category_tree_v1")
        waits.append(time.monotonic() - began)

    assert not switching.done()
    assert max(waits) < 1
    await question.rollback()
    assert (await switching).build == 2
