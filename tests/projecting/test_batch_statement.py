"""A batch that is written at once leaves what one leaves that is written bit by bit."""

import asyncio
from functools import partial
from random import Random
from typing import Any

import asyncpg
import msgspec
import pytest

from plaza.bootstrap import PROJECTIONS
from plaza.contexts.catalog.events import CategoryCreated
from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.projecting.batch_statement import write_at_once
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Fenced, Shard, Step, last_step, next_step, take_step
from plaza.read_models.category_tree.projection import PROJECTION as TREE
from projecting.connecting import Connect
from read_models.catalogue import ACategory
from read_models.chatter import Chatter
from read_models.given import given
from read_models.replay import BUILD, Shown, is_told_of, replayed, rows_in
from writing.watching import until, waiting_for_locks

FACTS = 300
BATCHES = (1, 1, 3, 10, 40)


def a_story(projection: Projection, seed: int) -> list[Event]:
    """Slugs are never two things' own, and no category is below itself."""
    story = []
    for event in Chatter(Random(seed), projection).tells(FACTS):  # noqa: S311  no secret
        said: dict[str, Any] = {}
        if "slug" in event.__struct_fields__:
            said["slug"] = f"slug-{event.aggregate_id}"
        if "parent_id" in event.__struct_fields__:
            said["parent_id"] = None
        story.append(msgspec.structs.replace(event, **said))
    return story


def shard_of(projection: Projection) -> Shard:
    return Shard(projection.name, BUILD)


async def shown_and_stored(
    connection: asyncpg.Connection, projection: Projection
) -> tuple[Shown, Step]:
    return await rows_in(connection, projection), await last_step(connection, shard_of(projection))


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
async def test_at_once_and_bit_by_bit_come_to_the_same(
    projection: Projection, connection: asyncpg.Connection
) -> None:
    random, facts = Random(7), given(*a_story(projection, 3)).told(projection)  # noqa: S311
    batches = []
    while facts:
        size = random.choice(BATCHES)
        batches.append(facts[:size])
        facts = facts[size:]
    tables = await BuildTables.of(connection, projection, BUILD)
    tags = [await tables.write(connection, batch) for batch in batches]
    wanted = await rows_in(connection, projection)
    await replayed(connection, projection)
    assert not await is_told_of(connection, projection)

    shard = shard_of(projection)
    for batch, touched in zip(batches, tags, strict=True):
        last = await last_step(connection, shard)
        step = next_step(shard, last, last.upto + len(batch), len(batch))
        taken, told = await write_at_once(connection, tables, step, batch)
        assert (taken, told) == (step.step, touched)
    shown, stored = await shown_and_stored(connection, projection)
    assert shown == wanted
    assert stored.upto == sum(map(len, batches))


# fault 1
async def test_behind_another_s_step_nothing_is_written(connection: asyncpg.Connection) -> None:
    shard, facts = shard_of(TREE), given(ACategory().created()).told(TREE)
    tables = await BuildTables.of(connection, TREE, BUILD)
    last = await last_step(connection, shard)
    await take_step(connection, shard, last, 1, 1)
    before = await shown_and_stored(connection, TREE)
    with pytest.raises(Fenced):
        await write_at_once(connection, tables, next_step(shard, last, 1, 1), facts)
    assert await shown_and_stored(connection, TREE) == before


# fault 1
async def test_who_takes_the_same_step_waits_for_the_first_and_writes_nothing(
    connection: asyncpg.Connection, connect: Connect
) -> None:
    onlooker, second = await connect(), await connect()
    shard, facts = shard_of(TREE), given(ACategory().created()).told(TREE)
    tables = await BuildTables.of(connection, TREE, BUILD)
    step = next_step(shard, await last_step(connection, shard), 1, 1)
    async with connection.transaction():
        await write_at_once(connection, tables, step, facts)
        late = asyncio.create_task(write_at_once(second, tables, step, facts))
        await until(partial(waiting_for_locks, onlooker))
    written = await shown_and_stored(connection, TREE)
    with pytest.raises(Fenced):
        await late
    assert await shown_and_stored(connection, TREE) == written
    assert written[1] == step.step


async def test_what_breaks_the_statement_leaves_no_step(connection: asyncpg.Connection) -> None:
    """Also where it is a unique value: that is no other follower's step."""
    one, other = ACategory().created(), ACategory().created()
    assert isinstance(one, CategoryCreated)
    assert isinstance(other, CategoryCreated)
    same = msgspec.structs.replace(other, slug=one.slug)
    tables = await BuildTables.of(connection, TREE, BUILD)
    before = await shown_and_stored(connection, TREE)
    step = next_step(shard_of(TREE), before[1], 2, 2)
    await connection.execute(f"CREATE UNIQUE INDEX ON {tables.documents[0].name} (slug)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await write_at_once(connection, tables, step, given(one, same).told(TREE))
    assert await shown_and_stored(connection, TREE) == before
