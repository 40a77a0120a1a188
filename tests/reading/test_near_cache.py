"""What is kept in memory, and what is never served from it."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from plaza.outbox.channels import Channels
from plaza.reading.entry import Rendered, Variant
from reading.near_reading import Open, Page, Process, Projector, until

TAG = "product_page:id:1"
READERS = 1_000


@pytest_asyncio.fixture(loop_scope="session")
async def process(start: Open) -> Process:
    return await start()


@pytest.fixture
def projector(process: Process, channels: Channels) -> Projector:
    return Projector(process.redis, channels)


async def test_what_is_asked_for_twice_is_kept(process: Process) -> None:
    page = Page()
    for _ in range(5):
        assert await process.reads(page) == "first"
    assert page.filled == 2


async def test_a_change_is_seen_once_its_watermark_is(
    process: Process, projector: Projector
) -> None:
    page = Page()
    await process.keeps(page)
    page.text = "second"
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    assert await process.reads(page) == "second"


async def test_a_change_of_something_else_leaves_it(process: Process, projector: Projector) -> None:
    page = Page()
    await process.keeps(page)
    asked = page.filled
    await projector.changes("product_page:id:2", position=7)
    await process.until_pushed(7)
    assert await process.reads(page, position=7) == "first"
    assert page.filled == asked


async def test_what_was_not_pushed_yet_is_not_answered_from_memory(process: Process) -> None:
    page = Page()
    await process.keeps(page)
    await process.near.finish()
    page.text = "second"
    # The poll found the step before the follower has told of it.
    process.watermarks.of("product_page").position = 9
    assert await process.reads(page, position=9) == "second"


async def test_what_was_known_for_long_and_not_pushed_is_not_answered_from_memory(
    process: Process,
) -> None:
    page = Page()
    await process.keeps(page)
    mark = process.watermarks.of("product_page")
    mark.position = mark.settled = 9
    page.text = "second"
    assert await process.reads(page) == "second"
    process.near.alias(b"/a", page.key)
    process.near.alias(b"/a", page.key)
    assert process.near.hit(b"/a") is not None
    mark.position = mark.settled = 10
    assert process.near.hit(b"/a") is None


async def test_nothing_that_changed_while_it_was_asked_for_is_kept(
    process: Process, projector: Projector
) -> None:
    """The invalidation overtakes the answer."""
    page = Page()
    await process.reads(page)
    page.waits = [asyncio.Event()]
    page.has_read.clear()
    held = page.waits[0]
    reading = asyncio.create_task(process.reads(page))
    await page.has_read.wait()
    page.text = "second"
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    held.set()
    await reading
    assert await process.reads(page) == "second"
    assert await process.reads(page, position=7) == "second"


async def test_who_comes_after_a_change_does_not_get_what_was_asked_for_before(
    process: Process, projector: Projector
) -> None:
    page, held = Page(), asyncio.Event()
    page.waits = [held]
    early = asyncio.create_task(process.reads(page))
    await page.has_read.wait()
    page.text = "second"
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    late = asyncio.create_task(process.reads(page))
    wanting = asyncio.create_task(process.reads(page, position=7))
    await asyncio.wait([late, wanting], timeout=0.02)
    held.set()
    assert [await early, await late, await wanting] == ["first", "second", "second"]


async def test_a_hot_answer_that_ends_is_asked_for_once(
    process: Process, projector: Projector
) -> None:
    # fault 33
    page = Page()
    await process.keeps(page)
    page.text = "second"
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    asked, held = page.filled, asyncio.Event()
    page.waits = [held]
    readers = [asyncio.create_task(process.reads(page)) for _ in range(READERS)]
    await until(lambda: page.filled > asked)
    held.set()
    assert set(await asyncio.gather(*readers)) == {"second"}
    assert page.filled == asked + 1


async def test_a_reader_that_goes_away_takes_the_answer_from_nobody(process: Process) -> None:
    page, held = Page(), asyncio.Event()
    page.waits = [held]
    first, second = (asyncio.create_task(process.reads(page)) for _ in range(2))
    await page.has_read.wait()
    first.cancel()
    held.set()
    assert await second == "first"
    assert page.filled == 1


async def test_an_answer_is_made_anew_before_it_ends_and_nobody_waits_for_that(
    process: Process,
) -> None:
    page, held = Page(), asyncio.Event()
    await process.keeps(page)
    entry = await process.near.get(page.key, "product_page", 0, page.fill)
    entry.refreshes_at = 0.0
    asked, page.text, page.waits = page.filled, "second", [held]
    page.has_read.clear()
    assert [await process.reads(page) for _ in range(3)] == ["first"] * 3
    await page.has_read.wait()
    held.set()
    async with asyncio.timeout(5):
        while await process.reads(page) != "second":
            continue
    assert page.filled == asked + 1


async def test_an_answer_that_has_ended_is_asked_for_again(start: Open) -> None:
    process, page = await start(has_copies=False), Page()
    await process.keeps(page)
    entry = await process.near.get(page.key, "product_page", 0, page.fill)
    entry.expires_at = entry.refreshes_at = 0.0
    page.text = "second"
    assert await process.reads(page) == "second"


@pytest.mark.parametrize("refusal", [asyncpg.TooManyConnectionsError, asyncpg.OutOfMemoryError])
async def test_what_is_held_is_served_stale_where_postgresql_has_no_room(
    start: Open, refusal: type[Exception]
) -> None:
    process, page = await start(has_copies=False), Page()
    await process.keeps(page)
    held = await process.near.get(page.key, "product_page", 0, page.fill)
    held.expires_at = held.refreshes_at = 0.0

    async def refused() -> Rendered:
        raise refusal("sorry")

    entry = await process.near.get(page.key, "product_page", 0, refused)
    assert (entry.body, entry.is_stale) == (b"first", True)
    with pytest.raises(refusal):
        await process.near.get("another", "product_page", 0, refused)


async def test_not_found_is_kept_and_ends_like_any_answer(
    process: Process, projector: Projector
) -> None:
    page = Page(text="", tags=("product_page:slug:oak",), status=404)
    await process.keeps(page)
    asked = page.filled
    entry = await process.near.get(page.key, "product_page", 0, page.fill)
    assert (entry.status, page.filled) == (404, asked)
    page.text, page.status = "there", 200
    await projector.changes("product_page:slug:oak", position=3)
    await process.until_pushed(3)
    assert await process.reads(page) == "there"


async def test_a_target_means_the_entry_while_it_is_kept(
    process: Process, projector: Projector
) -> None:
    page = Page()
    await process.keeps(page)
    process.near.alias(b"/v1/products/a?utm_source=x", page.key)
    assert process.near.hit(b"/v1/products/a?utm_source=x") is None, "it has come once"
    process.near.alias(b"/v1/products/a?utm_source=x", page.key)
    entry = process.near.hit(b"/v1/products/a?utm_source=x")
    assert entry is not None
    assert entry.body == b"first"
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    assert process.near.hit(b"/v1/products/a?utm_source=x") is None


async def test_the_plain_target_finds_a_place_beside_all_that_are_longer(
    process: Process,
) -> None:
    page = Page()
    await process.keeps(page)
    for target in [*(b"/page?utm_source=%d" % n for n in range(20)), b"/page"]:
        for _ in range(2):
            process.near.alias(target, page.key)
    found = [process.near.hit(b"/page"), process.near.hit(b"/page?utm_source=0")]
    assert all(entry is not None and entry.body == b"first" for entry in found)
    assert process.near.hit(b"/page?utm_source=19") is None


async def test_forms_are_counted_with_their_entry(process: Process) -> None:
    page = Page()
    await process.keeps(page)
    entry = await process.near.get(page.key, "product_page", 0, page.fill)
    before = process.near.size_bytes
    process.near.attach(entry, "br", Variant(b"x" * 10_000, '"tag"'))
    assert process.near.size_bytes - before > 10_000
    assert (await process.near.get(page.key, "product_page", 0, page.fill)).variants.keys() == {
        "br"
    }


async def test_an_answer_says_no_more_than_it_covers_once_it_is_let_go(
    process: Process, projector: Projector
) -> None:
    page = Page()
    await projector.announce(3)
    await process.until_pushed(3)
    await process.keeps(page)
    entry = await process.near.get(page.key, "product_page", 0, page.fill)
    await projector.announce(5)
    await process.until_pushed(5)
    assert entry.covered == 5
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    assert entry.covered == 5


async def test_two_logs_on_one_server_know_nothing_of_each_other(
    process: Process, projector: Projector
) -> None:
    page = Page()
    await process.keeps(page)
    asked = page.filled
    other = Projector(process.redis, Channels(uuid4()))
    await other.changes(TAG, position=99)
    await projector.announce(2)
    await process.until_pushed(2)
    await process.reads(page)
    assert (page.filled, process.pushed) == (asked, 2)
