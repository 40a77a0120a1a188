"""What was spoilt by hand is found by an audit and put right, and nothing else is."""

import asyncio
from collections.abc import Collection
from random import Random

import asyncpg
import msgspec
import pytest
from redis.asyncio import Redis

from operations.audits.telling import SEED, a_page, followed, told, unheeded
from plaza.bootstrap import PROJECTIONS
from plaza.operations import audits
from plaza.operations.audits import Auditing, audit_some, audit_whole
from plaza.outbox.channels import Channels, everything
from plaza.projecting.announcer import BEHIND
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.projection import Projection
from plaza.projecting.repairing import Repair
from plaza.projecting.replaying import LogIncomplete
from plaza.projecting.steps import Shard, last_step, take_step
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.read_models.product_page.tags import product_tag
from plaza.read_models.stock_overview.projection import PROJECTION as STOCK_OVERVIEW
from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens, open_redis
from projecting.connecting import Connect
from projecting.corrupting import Corrupting, texts
from projecting.log import a_follower, follow_to_the_end
from read_models import chatter

FACTS = 2_000
THINGS = 300


async def test_of_one_in_a_hundred_rows_spoilt_by_hand_all_are_found_and_nothing_else_is_touched(
    connection: asyncpg.Connection, work: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chatter, "THINGS_A_KIND", THINGS)
    monkeypatch.setattr(audits, "DOCUMENTS_AT_ONCE", 500)
    await told(connection, PRODUCT_PAGE, STOCK_OVERVIEW, facts=FACTS)
    await followed(connection, PRODUCT_PAGE, STOCK_OVERVIEW)
    for projection in (PRODUCT_PAGE, STOCK_OVERVIEW):
        assert await spoilt_and_repaired(connection, work, projection, 0.01) >= 5


async def test_whatever_is_spoilt_of_any_read_model_is_found_and_nothing_else_is_touched(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, *PROJECTIONS)
    await followed(connection, *PROJECTIONS)
    for projection in PROJECTIONS:
        assert await spoilt_and_repaired(connection, work, projection, 0.5)


async def spoilt_and_repaired(
    connection: asyncpg.Connection, work: Auditing, projection: Projection, share: float
) -> int:
    """Spoil so many of the rows and have them repaired; how many documents that were."""
    corrupting = Corrupting(connection, projection)
    right = await corrupting.rows()
    spoilt = await corrupting.spoil(share, Random(SEED))  # noqa: S311  no secret
    found = await audit_whole(work, projection, unheeded, repairs=True)
    assert {each.place: each.kind for each in found.differences} == spoilt, projection.name
    assert found.repaired == {*spoilt}
    after = await corrupting.rows()
    assert texts(after) == texts(right)
    assert {p: rows for p, rows in after.items() if p not in spoilt} == {
        p: rows for p, rows in right.items() if p not in spoilt
    }
    again = await audit_whole(work, projection, unheeded, repairs=False)
    assert (again.differences, again.left) == ([], {})
    assert again.documents > 0
    return len(spoilt)


async def test_a_document_that_remembers_something_else_is_found_though_its_rows_are_right(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    parts, key = "read.product_page_v1_parts_b1", await a_page(connection)
    await connection.execute(f"DELETE FROM {parts} WHERE key = $1", key)
    found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    assert [(each.place, each.kind) for each in found.differences] == [
        (("product_page", key), "remembered")
    ]
    assert await connection.fetchval(f"SELECT count(*) FROM {parts} WHERE key = $1", key) == 1


async def test_what_a_follower_has_not_come_to_is_no_difference(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    head = await told(connection, PRODUCT_PAGE, seed=SEED + 1)
    found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    assert (found.differences, found.upto) == ([], head - 400)


async def test_audits_and_repairs_go_on_beside_a_follower(
    connect: Connect, connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, STOCK_OVERVIEW)
    follower = await a_follower(await connect(), STOCK_OVERVIEW)
    await follow_to_the_end(follower)
    corrupting, is_over = Corrupting(await connect(), STOCK_OVERVIEW), asyncio.Event()

    async def follow() -> int:
        fenced = 0
        while not is_over.is_set():
            await told(connection, STOCK_OVERVIEW, facts=20, seed=SEED)
            fenced += await follow_to_the_end(follower)
        return fenced

    location_id = await connection.fetchval(
        "SELECT location_id FROM read.stock_overview_location_v1_b1 LIMIT 1"
    )
    following = asyncio.create_task(follow())
    found = 0
    for _ in range(10):
        table = await corrupting.table("stock_overview_location")
        await corrupting.double(table, location_id)
        audit = await audit_whole(work, STOCK_OVERVIEW, unheeded, repairs=True)
        assert {each.kind for each in audit.differences} == {"surplus"}
        found += len(audit.repaired)
    is_over.set()
    assert await following > 0
    last = await audit_whole(work, STOCK_OVERVIEW, unheeded, repairs=False)
    assert (found, last.differences) == (10, [])


async def test_a_repair_takes_the_next_step_and_goes_no_further(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    shard = Shard(PRODUCT_PAGE.name, 1)
    before = await last_step(connection, shard)
    await connection.execute("DELETE FROM read.product_page_v1_b1")
    await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    after = await last_step(connection, shard)
    assert (after.number, after.upto, after.copied) == (
        before.number + 2,
        before.upto,
        before.copied,
    )


class Heard:
    """What a follower tells that takes over."""

    copied = 0
    is_heard = True

    def __init__(self) -> None:
        self.tags: set[str] = set()

    def took_over(self, copied: int) -> None:
        """Nobody is asked to go on from there."""

    def committed(self, tags: Collection[str], _: int) -> None:
        self.tags |= {*tags}

    def changed(self, tags: Collection[str]) -> None:
        self.tags |= {*tags}


@pytest.mark.parametrize(
    ("is_told", "tags"), [(False, {everything("product_page")}), (True, set())]
)
async def test_what_a_repair_could_not_tell_any_more_is_told_by_who_follows(
    connection: asyncpg.Connection, *, is_told: bool, tags: set[str]
) -> None:
    # fault 2
    head = await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    shard, heard = Shard(PRODUCT_PAGE.name, 1), Heard()
    # As after a while: all that there was is told.
    await take_step(connection, shard, await last_step(connection, shard), head, 0, head)
    key = await a_page(connection)
    tables = await BuildTables.of(connection, PRODUCT_PAGE, 1)
    repair = Repair(connection, PRODUCT_PAGE, 1, tables)
    repaired = await repair.mend([("product_page", key)])
    if is_told:
        await repair.told(repaired)

    await Follower(connection, PRODUCT_PAGE, shard, tables, heard).advance()

    assert heard.tags == tags


async def test_tags_of_a_repaired_row_are_touched_behind_the_last_position(
    connection: asyncpg.Connection, work: Auditing, fresh_settings: Settings
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    key = await a_page(connection)
    tag = Channels((await epoch_tokens(fresh_settings)).epoch_id).tag(product_tag(key))
    await connection.execute(
        "UPDATE read.product_page_v1_b1 SET document = '{}' WHERE product_id = $1", key
    )
    async with open_redis(fresh_settings) as redis:
        assert await _touched(redis, tag) is None
        found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
        assert await _touched(redis, tag) == found.upto + BEHIND


async def _touched(redis: Redis, tag: str) -> float | None:
    value = await redis.get(tag)
    return None if value is None else float(value)


async def test_a_parked_document_is_left_alone(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    key = await a_page(connection)
    await connection.execute("DELETE FROM read.product_page_v1_b1 WHERE product_id = $1", key)
    await connection.execute(
        """
        INSERT INTO projecting.parked (projection, build, document, key, position, retry_at, error)
        VALUES ('product_page', 1, 'product_page', $1, 1, now(), 'a poison')
        """,
        key,
    )
    found = await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
    assert (found.differences, found.left) == ([], {})


async def test_a_document_whose_facts_end_in_an_error_is_said_and_left_as_it_is(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    before = await Corrupting(connection, PRODUCT_PAGE).rows()
    found = await audit_whole(work, _breaking(PRODUCT_PAGE), unheeded, repairs=True)
    assert {table for table, _ in found.left} == {"product_page_vendor"}
    assert "a poison" in next(iter(found.left.values()))
    assert found.differences == []
    assert await Corrupting(connection, PRODUCT_PAGE).rows() == before


def _breaking(projection: Projection) -> Projection:
    """The same, but that nothing can be folded into a vendor."""

    def break_(_: object, __: object) -> None:
        raise ValueError("a poison")

    documents = tuple(
        msgspec.structs.replace(document, on=dict.fromkeys(document.on, break_))
        if document.table == "product_page_vendor"
        else document
        for document in projection.documents
    )
    return msgspec.structs.replace(projection, documents=documents)


async def test_an_audit_of_some_documents_finds_those_that_are_missing_and_those_too_many(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    corrupting = Corrupting(connection, PRODUCT_PAGE)
    table, key = await corrupting.table("product_page"), await a_page(connection)
    new = await corrupting.double(table, key)
    await corrupting.remove(table, key)
    found = await audit_some(work, PRODUCT_PAGE, 100, repairs=False)
    assert {(each.key, each.kind) for each in found.differences} == {
        (key, "missing"),
        (new, "surplus"),
    }
    assert found.repaired == set()


async def test_without_the_beginning_of_the_log_nothing_is_said_to_differ(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await told(connection, PRODUCT_PAGE)
    await followed(connection, PRODUCT_PAGE)
    await connection.execute("DELETE FROM outbox.position WHERE position < 10")
    with pytest.raises(LogIncomplete, match="begins at position 10"):
        await audit_whole(work, PRODUCT_PAGE, unheeded, repairs=True)
