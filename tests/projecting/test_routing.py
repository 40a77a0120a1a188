"""One read model in several shards, each followed by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import cast
from uuid import UUID

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from plaza.contexts.catalog.events import CategoryCreated, OfferCreated
from plaza.kernel.event import Fact
from plaza.outbox.read import Stretch, read_stretch
from plaza.projecting.batch import BuildTables
from plaza.projecting.builds import ensure_build
from plaza.projecting.follower import Follower
from plaza.projecting.posts import Post, posts_now
from plaza.projecting.projection import Document, Projection
from plaza.projecting.routing import Part, reading
from plaza.projecting.steps import Shard, last_step
from plaza.read_models.bestsellers.projection import PROJECTION as BESTSELLERS
from plaza.read_models.product_page.document import PageParts
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from projecting.connecting import Connect
from projecting.log import Announced, follow_to_the_end, sequence, tell
from read_models.chatter import Chatter
from read_models.given import a_fact, an_event
from read_models.given import given as told
from read_models.replay import remembering, replayed, rows_in

SHARDS = 4
SPLIT = msgspec.structs.replace(PRODUCT_PAGE, shards=SHARDS)
FACTS_TOLD = 400
FEW_FACTS = 60

BUILD_GONE = "DELETE FROM projecting.build WHERE projection = $1"
STEPS_GONE = "DELETE FROM projecting.step WHERE projection = $1"
WROTE = "SELECT shard FROM projecting.step WHERE projection = $1 AND facts > 0"
TABLES = """
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname = 'read' AND tablename LIKE 'product\\_page%'
"""


@pytest_asyncio.fixture(loop_scope="session")
async def split(connection: asyncpg.Connection) -> Projection:
    """Product pages in four shards, in the place of those that were made in one."""
    for table in await connection.fetch(TABLES):
        await connection.execute(f"DROP TABLE {table['name']} CASCADE")
    await connection.execute(BUILD_GONE, SPLIT.name)
    await connection.execute(STEPS_GONE, SPLIT.name)
    assert await ensure_build(connection, SPLIT) == 1
    return SPLIT


async def followers(connect: Connect) -> list[Follower]:
    made = []
    for post in await posts_now(await connect(), {SPLIT.name: SPLIT.schema_version}):
        connection = await connect()
        tables = await BuildTables.of(connection, SPLIT, post.shard.build, post.part)
        read = reading(read_stretch, SPLIT, post.part)
        made.append(Follower(connection, SPLIT, post.shard, tables, Announced(), read))
    return made


async def remembered(connection: asyncpg.Connection) -> list[str]:
    """What the documents are made of, byte for byte."""
    rows = []
    for table in remembering(SPLIT):
        rows += await connection.fetch(f"SELECT t::text AS row FROM {table} t ORDER BY 1")
    return [row["row"] for row in rows]


@asynccontextmanager
async def rolled_back(connection: asyncpg.Connection) -> AsyncIterator[None]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


@given(key=st.uuids(), shards=st.integers(1, 9))
@examples(deadline=None)
def test_every_document_has_one_shard(key: UUID, shards: int) -> None:
    assert sum(Part(shard, shards).keeps(key) for shard in range(shards)) == 1


async def test_a_new_build_has_a_post_for_each_shard(
    connection: asyncpg.Connection, split: Projection
) -> None:
    found = await posts_now(connection, {split.name: split.schema_version})
    shards = [Shard(split.name, 1, number) for number in range(SHARDS)]
    assert found == [Post(shard, "live", SHARDS) for shard in shards]
    assert [(await last_step(connection, shard)).upto for shard in shards] == [0] * SHARDS


async def facts_of(connection: asyncpg.Connection) -> list[Fact]:
    return (await read_stretch(connection, 0, 100_000, list(SPLIT.events()))).facts


@pytest.mark.usefixtures("split")
async def test_four_shards_at_work_together_give_the_same_bytes_as_one(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    random = Random(7)  # noqa: S311  no secret
    chatter, at_work = Chatter(random, SPLIT), await followers(connect)
    for _ in range(4):
        await tell(connection, *chatter.tells(FACTS_TOLD))
        await sequence(connection)
        # One is always behind, and meets what the others wrote later.
        await asyncio.gather(*(each.advance() for each in random.sample(at_work, SHARDS - 1)))
    await asyncio.gather(*map(follow_to_the_end, at_work))
    shown = await rows_in(connection, SPLIT), await remembered(connection)
    assert all(shown[0].values())
    async with rolled_back(connection):
        again = await replayed(connection, SPLIT, await facts_of(connection))
        assert (again, await remembered(connection)) == shown


@given(seed=st.integers(0, 2**32), data=st.data())
@examples(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
async def test_shards_give_the_same_bytes_whichever_is_how_far(
    connection: asyncpg.Connection, seed: int, data: st.DataObject
) -> None:
    events = Chatter(Random(seed), PRODUCT_PAGE).tells(FEW_FACTS)  # noqa: S311  no secret
    facts = told(*events).told(PRODUCT_PAGE)
    async with rolled_back(connection):
        places = dict.fromkeys(range(SHARDS), 0)
        while min(places.values()) < len(facts):
            number = data.draw(st.sampled_from([n for n in places if places[n] < len(facts)]))
            batch = facts[places[number] :][: data.draw(st.integers(1, FEW_FACTS // 2))]
            part = Part(number, SHARDS)
            await (await BuildTables.of(connection, PRODUCT_PAGE, 1, part)).write(connection, batch)
            places[number] += len(batch)
        shown = await rows_in(connection, PRODUCT_PAGE), await remembered(connection)
        again = await replayed(connection, PRODUCT_PAGE, facts)
        assert (again, await remembered(connection)) == shown


@pytest.mark.usefixtures("split")
async def test_what_concerns_no_document_of_a_shard_costs_it_nothing(connect: Connect) -> None:
    connection = await connect()
    category = an_event(CategoryCreated)
    await tell(connection, category)
    await sequence(connection)
    for each in await followers(connect):
        await follow_to_the_end(each)
    wrote = await connection.fetch(WROTE, SPLIT.name)
    assert [row["shard"] for row in wrote] == [category.category_id.int % SHARDS]


async def test_a_fact_for_documents_of_two_shards_is_for_both() -> None:
    sold = an_event(OfferCreated)
    keys = {sold.product_id: "first", sold.vendor_id: "second"}
    by_either = msgspec.structs.replace(
        PRODUCT_PAGE,
        documents=tuple(
            Document(
                table=name,
                key=key,
                parts=PageParts,
                on={OfferCreated: lambda *_: None},
                rows=lambda *_: [],
            )
            for key, name in (("product_id", "first"), ("vendor_id", "second"))
        ),
    )
    fact = a_fact(sold, 1)
    is_read = [await reads(by_either, Part(number, SHARDS), fact) for number in range(SHARDS)]
    assert is_read == [
        any(Part(number, SHARDS).keeps(key) for key in keys) for number in range(SHARDS)
    ]


async def test_what_cannot_be_understood_is_for_every_shard() -> None:
    fact = msgspec.structs.replace(a_fact(an_event(OfferCreated), 1), payload=msgspec.Raw(b"{"))
    unknown = msgspec.structs.replace(fact, type="catalog.offer_doubled.v1")
    for number in range(SHARDS):
        part = Part(number, SHARDS)
        assert await reads(PRODUCT_PAGE, part, fact)
        assert await reads(PRODUCT_PAGE, part, unknown)


async def reads(projection: Projection, part: Part, fact: Fact) -> bool:
    """Whether a shard is given a fact to apply, where it reads nothing else."""

    async def read(*_: object) -> Stretch:
        return Stretch(upto=fact.position, length=1, facts=[fact])

    # What is asked of it would be asked by the `read` above, which looks at nothing.
    nothing = cast("asyncpg.Connection", None)
    stretch = await reading(read, projection, part)(nothing, 0, 1, None)
    assert (stretch.upto, stretch.length) == (fact.position, 1)
    return bool(stretch.facts)


def test_what_triggers_derive_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="derived"):
        msgspec.structs.replace(BESTSELLERS, shards=2)
