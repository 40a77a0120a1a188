import asyncio
import math
import time
from random import Random
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from plaza.contexts.catalog.events import CategoryCreated
from plaza.projecting.follower import BATCH_FACTS_MAX
from plaza.projecting.steps import Fenced
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from projecting.connecting import Connect
from projecting.log import (
    APPEND,
    Announced,
    a_follower,
    follow_to_the_end,
    sequence,
    steps_of,
    tell,
)
from read_models.catalogue import ACategory, AVendor
from read_models.chatter import Chatter
from read_models.given import an_event
from read_models.replay import replayed_log, rows_in

VENDORS_SHOWN = "SELECT count(*) FROM read.vendor_directory_v2"


WRITTEN_BY = """
    SELECT xmin FROM projecting.step WHERE projection = 'vendor_directory' AND facts > 0
    UNION SELECT xmin FROM read.vendor_directory_v2_b1
"""


async def test_rows_and_step_are_written_together(connection: asyncpg.Connection) -> None:
    follower = await a_follower(connection, VENDOR_DIRECTORY, announced := Announced())
    await follow_to_the_end(follower)
    await tell(connection, *AVendor().approved())
    last = await sequence(connection)

    assert await follower.advance()
    assert not await follower.advance()

    step = (await steps_of(connection, VENDOR_DIRECTORY.name))[-1]
    assert (step["upto"], step["facts"]) == (last, 2)
    assert len(await connection.fetch(WRITTEN_BY)) == 1
    assert announced[-1] == last


async def test_a_batch_holds_so_many_facts_and_no_more(connection: asyncpg.Connection) -> None:
    follower = await a_follower(connection, CATEGORY_TREE)
    await follow_to_the_end(follower)
    await tell(connection, *(ACategory().created() for _ in range(2 * BATCH_FACTS_MAX + 1)))
    await sequence(connection)
    await follow_to_the_end(follower)
    steps = await steps_of(connection, CATEGORY_TREE.name)
    taken = [step["facts"] for step in steps if step["facts"]]
    assert taken == [BATCH_FACTS_MAX, BATCH_FACTS_MAX, 1]


async def test_facts_of_other_models_cost_a_step_a_second_at_most_and_are_announced_at_once(
    connection: asyncpg.Connection,
) -> None:
    follower = await a_follower(connection, VENDOR_DIRECTORY, announced := Announced())
    begun = time.monotonic()
    uptos = []
    for _ in range(40):
        await tell(connection, ACategory().created())
        uptos.append(await sequence(connection))
        await follower.advance()
    steps = await steps_of(connection, VENDOR_DIRECTORY.name)
    assert announced == [0, *uptos]
    assert 1 <= len(steps) <= 1 + math.ceil(time.monotonic() - begun)

    # What is not stored yet is stored without anything new.
    async with asyncio.timeout(5):
        while (await steps_of(connection, VENDOR_DIRECTORY.name))[-1]["upto"] < uptos[-1]:
            assert not await follower.advance()


async def test_a_fact_after_an_unstored_advance_is_written_once(
    connection: asyncpg.Connection,
) -> None:
    follower = await a_follower(connection, VENDOR_DIRECTORY)
    for _ in range(2):
        await tell(connection, ACategory().created())
        await sequence(connection)
        await follower.advance()
    await tell(connection, *AVendor().approved())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    assert (await steps_of(connection, VENDOR_DIRECTORY.name))[-1]["upto"] == last
    assert await connection.fetchval(VENDORS_SHOWN) == 1


async def test_a_follower_that_is_fenced_writes_nothing_and_begins_again(connect: Connect) -> None:
    # fault 5
    here, there = await connect(), await connect()
    slow = await a_follower(here, VENDOR_DIRECTORY)
    await follow_to_the_end(slow)
    await tell(here, *AVendor().approved())
    await sequence(here)
    await follow_to_the_end(await a_follower(there, VENDOR_DIRECTORY))

    with pytest.raises(Fenced):
        await slow.advance()
    slow.forget()

    assert not await slow.advance()
    taken = [step["facts"] for step in await steps_of(here, VENDOR_DIRECTORY.name)]
    assert sum(taken) == 2


async def test_two_followers_of_one_projection_are_exact(connect: Connect) -> None:
    # fault 5
    teller, *others = [await connect() for _ in range(3)]
    followers = [await a_follower(connection, CATEGORY_TREE) for connection in others]
    random = Random(5)  # noqa: S311  no secret
    story = Chatter(random, CATEGORY_TREE).tells(1500)
    fenced = 0
    while story:
        size = random.randint(1, 40)
        await tell(teller, *story[:size])
        story = story[size:]
        await sequence(teller)
        fenced += sum(await asyncio.gather(*map(follow_to_the_end, followers)))

    assert fenced > 0
    steps = await steps_of(teller, CATEGORY_TREE.name)
    assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
    assert sum(step["facts"] for step in steps) == 1500
    shown = await rows_in(teller, CATEGORY_TREE)
    assert any(shown.values())
    assert shown == await replayed_log(teller, CATEGORY_TREE)


async def test_fields_that_a_newer_version_adds_to_an_event_do_no_harm(
    connection: asyncpg.Connection,
) -> None:
    # fault 37
    vendor = AVendor()
    applied, approved = vendor.approved()
    fields = msgspec.json.decode(msgspec.json.encode(applied)) | {"tax_number": "GB 1"}
    place = (uuid4(), applied.type(), "vendor", vendor.id, applied.version, 0, vendor.id)
    await connection.execute(APPEND, *place, msgspec.json.encode(fields).decode())
    await tell(connection, approved)
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))
    assert await connection.fetchval(VENDORS_SHOWN) == 1


async def test_what_is_written_in_another_transaction_keeps_its_place(connect: Connect) -> None:
    """An event that becomes visible late, between others, is not overlooked."""
    early, late = await connect(), await connect()
    follower = await a_follower(early, CATEGORY_TREE)
    held = late.transaction()
    await held.start()
    delayed = ACategory()
    await tell(late, delayed.created())
    await tell(early, ACategory().created())
    await sequence(early)
    await follow_to_the_end(follower)
    await held.commit()
    await sequence(early)
    await follow_to_the_end(follower)
    shown = await early.fetch("SELECT category_id FROM read.category_tree_v1")
    assert delayed.id in {UUID(str(row["category_id"])) for row in shown}
    assert len(shown) == 2


async def test_a_category_is_told_by_its_last_name(connection: asyncpg.Connection) -> None:
    category = ACategory()
    again = {"category_id": category.id, "slug": "chairs", "parent_id": None}
    await tell(connection, category.created(name="Seats"))
    await tell(connection, an_event(CategoryCreated, **again, name="Chairs"))
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, CATEGORY_TREE))
    assert await connection.fetchval("SELECT name FROM read.category_tree_v1") == "Chairs"
