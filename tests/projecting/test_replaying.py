"""What documents were, folded from the log in memory."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest

from plaza.bootstrap import PROJECTIONS
from plaza.projecting import replaying
from plaza.projecting.keyed import TAILS, These, shares
from plaza.projecting.projection import Projection
from plaza.projecting.replaying import LogIncomplete, Replay, position_at, replay
from plaza.read_models.product_page.document import PageRow
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from projecting.log import a_follower, follow_to_the_end, sequence, tell
from read_models.chatter import Chatter

FACTS = 300
SEED = 3


async def told(connection: asyncpg.Connection, *projections: Projection) -> int:
    await tell(connection, *Chatter(Random(SEED), *projections).tells(FACTS))  # noqa: S311
    return await sequence(connection)


async def pages(connection: asyncpg.Connection) -> dict[UUID, PageRow]:
    columns = ", ".join(PageRow.__struct_fields__)
    rows = await connection.fetch(f"SELECT {columns} FROM read.product_page_v1_b1")
    return {row["product_id"]: PageRow(**row) for row in rows}


def replayed_pages(rows: replaying.Rows) -> dict[UUID, str]:
    return {
        key: row.document
        for key, of_key in rows["product_page"].items()
        for row in of_key
        if isinstance(row, PageRow)
    }


async def test_documents_as_of_a_position_are_what_was_shown_there(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A log is read in many pieces; here a few facts are many.
    monkeypatch.setattr(replaying, "POSITIONS_AT_ONCE", 37)
    await told(connection, PRODUCT_PAGE)
    follower = await a_follower(connection, PRODUCT_PAGE)
    await follow_to_the_end(follower)
    middle, then = await sequence(connection), await pages(connection)
    await told(connection, PRODUCT_PAGE)
    await follow_to_the_end(follower)
    now = await pages(connection)
    keys, head = {*then, *now}, await sequence(connection)
    assert replayed_pages(await replay(connection, PRODUCT_PAGE, keys, middle)) == {
        key: page.document for key, page in then.items()
    }
    assert replayed_pages(await replay(connection, PRODUCT_PAGE, keys, head)) == {
        key: page.document for key, page in now.items()
    }


async def test_only_what_is_asked_for_is_held(connection: asyncpg.Connection) -> None:
    head = await told(connection, PRODUCT_PAGE)
    await follow_to_the_end(await a_follower(connection, PRODUCT_PAGE))
    key = next(iter(await pages(connection)))
    rows = await replay(connection, PRODUCT_PAGE, [key, uuid4()], head)
    assert {table: {*of_table} for table, of_table in rows.items()} == {
        "product_page": {key},
        "product_page_vendor": set(),
        "product_page_category": set(),
    }


@pytest.mark.parametrize("count", [1, 3, 16])
async def test_shares_of_all_documents_are_all_of_them_and_each_one_once(
    connection: asyncpg.Connection, count: int
) -> None:
    head = await told(connection, *PROJECTIONS)
    await follow_to_the_end(await a_follower(connection, PRODUCT_PAGE))
    parts = await connection.fetch("SELECT key FROM read.product_page_v1_parts_b1")
    found: list[UUID] = []
    for share in shares(count):
        replaying_share = Replay(PRODUCT_PAGE, share)
        await replaying_share.go_to(connection, head)
        found += replaying_share.held["product_page"]
    assert sorted(found) == sorted(row["key"] for row in parts)


def test_shares_follow_one_another_to_the_end() -> None:
    cut = shares(7)
    assert (cut[0].low, cut[-1].high) == ("0000", "ffff")
    assert [int(s.low, 16) for s in cut[1:]] == [int(s.high, 16) + 1 for s in cut[:-1]]
    assert len(shares(10 * TAILS)) == TAILS


async def test_a_replay_goes_on_where_it_stopped(connection: asyncpg.Connection) -> None:
    head = await told(connection, PRODUCT_PAGE)
    await follow_to_the_end(await a_follower(connection, PRODUCT_PAGE))
    keys = These.of(await pages(connection))
    at_once, in_steps = Replay(PRODUCT_PAGE, keys), Replay(PRODUCT_PAGE, keys)
    await at_once.go_to(connection, head)
    for upto in (10, 11, 11, 150, head, head):
        await in_steps.go_to(connection, upto)
    assert in_steps.rows() == at_once.rows()
    assert in_steps.upto == head


async def test_a_moment_is_the_last_position_whose_fact_was_there(
    connection: asyncpg.Connection,
) -> None:
    before = datetime.now(UTC) - timedelta(days=1)
    first = await told(connection, PRODUCT_PAGE)
    between = await connection.fetchval("SELECT clock_timestamp()")
    second = await told(connection, PRODUCT_PAGE)
    assert await position_at(connection, before) == 0
    assert await position_at(connection, between) == first
    assert await position_at(connection, between + timedelta(days=1)) == second


async def test_without_the_beginning_of_the_log_there_is_no_answer(
    connection: asyncpg.Connection,
) -> None:
    head = await told(connection, PRODUCT_PAGE)
    await connection.execute("DELETE FROM outbox.position WHERE position < 5")
    with pytest.raises(LogIncomplete, match="begins at position 5"):
        await replay(connection, PRODUCT_PAGE, [uuid4()], head)
