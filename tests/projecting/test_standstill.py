"""A bug that hits everything stops a projection, and what it showed is shown on."""

from uuid import uuid4

import asyncpg
import pytest

from plaza.projecting.parking import PARKED_KEYS_MAX
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from projecting.log import a_follower, follow_to_the_end, sequence, steps_of, tell
from projecting.poisoning import parked_in, with_bug
from read_models.catalogue import ACategory, AVendor
from read_models.replay import replayed_log, rows_in

CATEGORIES_SHOWN = "SELECT count(*) FROM read.category_tree_v1"
STOPPED = "SELECT projection, build, since, error FROM projecting.stopped"
START_AGAIN = "UPDATE projecting.stopped SET retry_at = clock_timestamp()"

BROKEN = with_bug(CATEGORY_TREE, lambda _: True)


async def tell_categories(connection: asyncpg.Connection, count: int) -> int:
    await tell(connection, *(ACategory().created() for _ in range(count)))
    return await sequence(connection)


async def test_a_bug_that_hits_everything_stops_the_projection_and_parks_nothing(
    connection: asyncpg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    # fault 39
    shown = await tell_categories(connection, 3)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    last = await tell_categories(connection, PARKED_KEYS_MAX)
    follower = await a_follower(connection, BROKEN)

    for _ in range(3):
        assert not await follower.advance()

    assert await connection.fetchval(CATEGORIES_SHOWN) == 3
    assert (await steps_of(connection, CATEGORY_TREE.name))[-1]["upto"] == shown < last
    (stopped,) = await connection.fetch(STOPPED)
    assert (stopped["projection"], stopped["build"]) == (CATEGORY_TREE.name, 1)
    assert "100 documents failed in a batch of 100 facts" in stopped["error"]
    assert await parked_in(connection) == []
    assert "projection_stopped" in capsys.readouterr().out


async def test_a_projection_that_is_stopped_goes_on_exactly_when_it_is_started_again(
    connection: asyncpg.Connection,
) -> None:
    # fault 39
    is_fixed = False
    follower = await a_follower(connection, with_bug(CATEGORY_TREE, lambda _: not is_fixed))
    await tell_categories(connection, 150)
    assert not await follower.advance()

    is_fixed = True
    assert not await follower.advance()
    await connection.execute(START_AGAIN)
    # It looks once a second.
    while await connection.fetch(STOPPED):
        await follower.advance()
    await follow_to_the_end(follower)

    assert await rows_in(connection, CATEGORY_TREE) == await replayed_log(connection, CATEGORY_TREE)
    assert await connection.fetchval(CATEGORIES_SHOWN) == 150


async def test_who_takes_over_tries_once_more_and_says_since_when_it_stands(
    connection: asyncpg.Connection,
) -> None:
    # fault 39
    await tell_categories(connection, 150)
    await (await a_follower(connection, BROKEN)).advance()
    (first,) = await connection.fetch(STOPPED)
    await (await a_follower(connection, BROKEN)).advance()
    assert await connection.fetch(STOPPED) == [first]

    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))

    assert await connection.fetch(STOPPED) == []
    assert await connection.fetchval(CATEGORIES_SHOWN) == 150


async def test_so_many_documents_are_parked_and_no_more(connection: asyncpg.Connection) -> None:
    # fault 39
    follower = await a_follower(connection, BROKEN)
    for _ in range(2):
        # Of so few, all may fail.
        await tell_categories(connection, PARKED_KEYS_MAX // 2)
        await follow_to_the_end(follower)
    assert len(await parked_in(connection)) == PARKED_KEYS_MAX
    assert await connection.fetch(STOPPED) == []

    await tell_categories(connection, 1)
    await follow_to_the_end(follower)

    assert len(await parked_in(connection)) == PARKED_KEYS_MAX
    (stopped,) = await connection.fetch(STOPPED)
    assert "More than 100 documents would be parked" in stopped["error"]


async def test_one_document_that_fails_in_a_large_batch_stops_nothing(
    connection: asyncpg.Connection,
) -> None:
    # fault 38
    vendor = AVendor(uuid4())
    story = [*vendor.approved(), *(vendor.paused() for _ in range(120))]
    await tell(connection, *story)
    await sequence(connection)
    bug = with_bug(VENDOR_DIRECTORY, lambda _: True, "vendor_directory")
    await follow_to_the_end(await a_follower(connection, bug))
    assert await connection.fetch(STOPPED) == []
    assert len(await parked_in(connection)) == 1
