"""Sorted sets in Redis: never older than they say, whatever becomes of Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import RedisError

from conftest import Databases
from patience import SHIPPED_COPIES_BUDGET_S
from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.kernel.event import Event
from plaza.outbox import breaker
from plaza.outbox.channels import everything
from plaza.projecting.sorting import DOCUMENTS_MAX
from plaza.read_models.product_suggestions.projection import PROJECTION
from plaza.read_models.product_suggestions.sorted_sets import SORTED_SETS
from plaza.settings import Settings
from projecting.sorted_story import Story, titled
from read_models.catalogue import AnOffer, AProduct, AVendor, pounds
from read_models.sorting import Shelf

TOLD = 150
PAUSE_MS = 1_000
ITEMS = "SELECT product_id, item FROM read.product_suggestions_v1 ORDER BY key, product_id"


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A Valkey that these tests fill, empty and restart."""
    with temporary_valkey() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def redis(server: ValkeyServer) -> AsyncIterator[Redis]:
    if not server.is_working():
        server.start()
    async with Redis.from_url(server.url, protocol=2) as client:
        await client.config_set("maxmemory", 0)
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def quiet(databases: Databases) -> AsyncIterator[Settings]:
    """A database that no follower writes to."""
    made = await databases.make()
    yield made
    await databases.drop(made)


@pytest_asyncio.fixture(loop_scope="session")
async def pool(quiet: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(quiet.database_url, server_settings=SCOPE) as opened:
        yield opened


SCOPE = {"role": "plaza_owner", "plaza.scope": "market"}


@pytest_asyncio.fixture(loop_scope="session")
async def story(redis: Redis, pool: asyncpg.Pool) -> AsyncIterator[Story]:
    shelf = Shelf(redis, pool, SORTED_SETS)
    yield Story(shelf)
    for table in ("product_suggestions", "product_suggestions_vendor"):
        await pool.execute(f"TRUNCATE read.{table}_v1_b1, read.{table}_v1_parts_b1")


async def test_what_happens_is_shown_once_it_is_told(story: Story) -> None:
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    await story.told(writer, *titled("Title b", vendor))
    assert len(await story.shown() or []) == 2
    assert await story.titles() == ["Title a", "Title b"]


async def test_who_wants_more_covered_than_is_told_is_sent_to_the_tables(story: Story) -> None:
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    await story.happens(*titled("Title b", vendor))
    story.shelf.watermarks.of(PROJECTION.name).position = story.upto
    assert await story.shown() is None
    assert await story.titles() == ["Title a", "Title b"]


async def test_more_than_is_written_at_once_is_written_whole(story: Story) -> None:
    vendor = AVendor()
    titles = [event for n in range(DOCUMENTS_MAX + 5) for event in titled(f"T {n}", vendor)]
    tags = await story.happens(*vendor.approved(), *titles)
    writer = await story.shelf.filled(story.upto)
    assert len(await story.shown() or []) == DOCUMENTS_MAX + 5
    await story.shelf.told(writer, tags | await story.happens(vendor.suspended()), story.upto)
    assert await story.shown() == []


async def test_what_changes_while_the_sets_are_filled_is_not_overwritten(story: Story) -> None:
    random, vendor = Random(7), AVendor()  # noqa: S311  no secret
    products = [AProduct(vendor) for _ in range(3 * DOCUMENTS_MAX)]
    story_so_far = vendor.approved()
    for product in products:
        offer = AnOffer(product, vendor).created(pounds(1))
        story_so_far += [product.created(title="Title"), offer, product.published()]
    await story.happens(*story_so_far)
    writer = story.shelf.writer()
    await writer.copy(set(), story.upto)
    changes = 0
    while not await story.shelf.is_open():
        product = random.choice(products)
        tags = await story.happens(product.changed(title=f"Title {changes}"))
        await writer.copy(tags, story.upto)
        changes += 1
    assert changes
    story.shelf.watermarks.of(PROJECTION.name).position = story.upto
    found = await story.shown()
    rows = await story.shelf.connection.fetch(ITEMS)
    assert found == list({row["product_id"]: row["item"] for row in rows}.values())


async def test_a_writer_that_begins_finds_what_its_predecessor_had_not_told(story: Story) -> None:
    # fault 2
    before, vendor = await story.shelf.filled(), AVendor()
    await story.told(before, *vendor.approved(), *titled("Title a", vendor))
    await story.happens(*titled("Title b", vendor))
    after = await story.shelf.filled(story.upto)
    assert len(await story.shown() or []) == 2

    # The one that slept meanwhile knows less, or no more, and is not heard.
    guard = await story.shelf.meta("guard")
    await before.copy(set(), story.upto - 1)
    await before.copy(set(), story.upto)
    assert await story.shelf.meta("guard") == guard
    await story.told(after, *titled("Title c", vendor))
    assert await story.shown() is not None
    assert await story.titles() == ["Title a", "Title b", "Title c"]


async def test_redis_that_was_emptied_is_filled_anew_and_nothing_else_is_shown_meanwhile(
    story: Story,
) -> None:
    # fault 27
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    await story.shelf.redis.flushall()
    assert await story.shown() is None
    assert await story.titles() == ["Title a"]
    await story.shelf.told(writer, set(), story.upto)
    assert await story.shown() is not None
    assert await story.titles() == ["Title a"]


async def test_redis_that_has_come_back_empty_is_filled_anew(
    story: Story, server: ValkeyServer
) -> None:
    # fault 29
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    server.stop()
    with pytest.raises((RedisError, OSError)):
        await writer.copy(await story.happens(*titled("Title b", vendor)), story.upto)
    assert await story.titles() == ["Title a", "Title b"]
    server.start()
    await story.shelf.told(writer, set(), story.upto)
    assert await story.titles() == ["Title a", "Title b"]


async def test_what_redis_has_forgotten_of_the_last_second_is_noticed(story: Story) -> None:
    # fault 29
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    redis = story.shelf.redis
    before = {key: await redis.dump(key) for key in await keys_of(story)}
    await story.told(writer, *titled("Title b", vendor))
    for key, dumped in before.items():
        await redis.restore(key, 0, dumped, replace=True)
    assert await story.shown() is None
    await writer.copy(set(), story.upto)
    await story.shelf.told(writer, set(), story.upto)
    assert await story.shelf.meta("upto") == str(story.upto).encode()
    assert await story.titles() == ["Title a", "Title b"]


async def keys_of(story: Story) -> list[bytes]:
    pattern = f"{story.shelf.channels.prefix}:sorted:*"
    return [key async for key in story.shelf.redis.scan_iter(match=pattern)]


@pytest.mark.parametrize("part", ["documents", "vendors", "set:all"])
async def test_a_part_that_redis_has_evicted_is_missed(story: Story, part: str) -> None:
    # fault 30
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    (key,) = [key for key in await keys_of(story) if key.endswith(f":{part}".encode())]
    await story.shelf.redis.delete(key)
    assert await story.titles() == ["Title a"]
    assert await story.shown() is None
    await story.shelf.told(writer, set(), story.upto)
    assert await story.shown() is not None
    assert await story.titles() == ["Title a"]


async def test_a_full_redis_leaves_the_answers_to_the_tables_and_stops_nobody(story: Story) -> None:
    # fault 30
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    await story.shelf.redis.config_set("maxmemory", "1mb")
    await story.shelf.redis.config_set("maxmemory-policy", "noeviction")
    await writer.copy(await story.happens(*titled("Title b", vendor)), story.upto)
    assert await story.shown() is None
    assert await story.titles() == ["Title a", "Title b"]
    await story.shelf.redis.config_set("maxmemory", 0)
    await story.shelf.told(writer, set(), story.upto)
    assert await story.shown() is not None
    assert await story.titles() == ["Title a", "Title b"]


async def test_a_redis_that_is_slow_is_not_waited_for(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 28
    monkeypatch.setattr(breaker, "BUDGET_S", SHIPPED_COPIES_BUDGET_S)
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    assert await story.shown() is not None
    await story.shelf.redis.client_pause(PAUSE_MS)
    begun = time.monotonic()
    assert await story.titles() == ["Title a"]
    assert time.monotonic() - begun < PAUSE_MS / 1000
    async with asyncio.timeout(5):
        while await story.shown() is None:  # noqa: ASYNC110  Redis is asked
            await asyncio.sleep(0.01)


async def test_a_write_that_was_not_heard_to_be_done_is_done_again(story: Story) -> None:
    writer, vendor = await story.shelf.filled(), AVendor()
    await story.told(writer, *vendor.approved(), *titled("Title a", vendor))
    tags = await story.happens(*titled("Title b", vendor))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await writer.copy(tags, story.upto)
    await story.shelf.told(writer, tags, story.upto)
    story.shelf.watermarks.of(PROJECTION.name).position = story.upto
    assert len(await story.shown() or []) == 2


async def test_two_writers_at_once_never_leave_something_old(story: Story) -> None:
    # fault 31
    random, vendors = Random(31), [AVendor() for _ in range(3)]  # noqa: S311  no secret
    writers = [story.shelf.writer() for _ in range(2)]
    products = [AProduct(random.choice(vendors)) for _ in range(6)]
    untold: list[set[str]] = [set(), set()]
    await story.happens(*(event for vendor in vendors for event in vendor.approved()))
    for product in products:
        await story.happens(product.created(title="Title"), product.published())
        await story.happens(AnOffer(product, product.vendor).created(pounds(1)))
    from_redis = 0
    for n in range(TOLD):
        changed = await story.happens(*remark(random, products, vendors, n))
        untold = [tags | changed for tags in untold]
        told = random.choice(([0], [1], [0, 1]))
        await asyncio.gather(*(writers[w].copy(untold[w], story.upto) for w in told))
        for w in told:
            untold[w] = set()
        story.shelf.watermarks.of(PROJECTION.name).position = story.upto
        from_redis += await story.shown() is not None
        await story.titles()
    assert from_redis > TOLD / 10
    await story.shelf.told(writers[0], {everything(PROJECTION.name)}, story.upto + 1)
    await story.titles()


def remark(random: Random, products: list[AProduct], vendors: list[AVendor], n: int) -> list[Event]:
    product, vendor = random.choice(products), random.choice(vendors)
    said: list[Any] = [
        product.changed(title=f"Title {n:03}"),
        product.changed(title="Another"),
        product.published(),
        product.unpublished(),
        vendor.suspended(),
        vendor.reinstated(),
    ]
    return [random.choice(said)]
