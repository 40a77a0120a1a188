"""How much is kept in memory, how much is asked for at once, and how long anybody waits for it."""

import asyncio

import pytest

from plaza.reading import near_cache
from plaza.reading.fills import TooManyReads
from reading.near_reading import MB, Open, Page, until


async def test_a_postgresql_that_hangs_is_waited_for_no_longer_than_a_statement_may_take(
    start: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_cache, "ANSWER_TIMEOUT_S", -0.95)
    for size_bytes in (0, MB):
        process = await start(has_copies=False, size_bytes=size_bytes)
        with pytest.raises(TimeoutError):
            await process.near.get(
                "another", "product_page", 0, asyncio.get_running_loop().create_future
            )


async def test_nothing_is_kept_or_shared_where_that_is_turned_off(start: Open) -> None:
    process = await start(size_bytes=0, has_copies=False)
    page = Page()
    for _ in range(5):
        await process.reads(page)
    assert page.filled == 5
    assert len(process.near) == 0


async def test_a_crawl_of_everything_leaves_the_memory_flat(start: Open) -> None:
    process = await start(size_bytes=1 * MB, has_copies=False)
    sizes = set()
    for _ in range(2):
        for number in range(3_000):
            page = Page("x" * 2_000, (f"product_page:id:{number}",), f"product_page:{number}")
            await process.reads(page)
            sizes.add(process.near.size_bytes)
    assert max(sizes) <= 1 * MB
    assert process.near.size_bytes > MB / 2


async def test_questions_that_are_made_up_do_not_push_out_what_is_asked_for(
    start: Open,
) -> None:
    process = await start(size_bytes=1 * MB, has_copies=False)
    hot = [Page("x" * 2_000, (f"hot:{n}",), f"product_page:hot:{n}") for n in range(100)]
    for page in hot:
        await process.keeps(page)
    asked = sum(page.filled for page in hot)
    for number in range(10_000):
        await process.reads(Page("x" * 2_000, ("cold",), f"product_page:cold:{number}"))
        process.near.alias(f"/v1/products?x={number}".encode(), hot[0].key)
    for page in hot:
        await process.reads(page)
    assert sum(page.filled for page in hot) == asked
    assert len(process.near) == len(hot)


async def test_more_questions_than_postgresql_is_good_for_wait_and_then_are_refused(
    start: Open,
) -> None:
    process = await start(fills=2, queue_size=3, has_copies=False)
    held = [asyncio.Event() for _ in range(6)]
    pages = [Page(key=f"product_page:{n}", waits=[held[n]]) for n in range(6)]
    reads = [asyncio.create_task(process.reads(page)) for page in pages]
    await until(reads[5].done)
    assert isinstance(reads[5].exception(), TooManyReads)
    assert [page.filled for page in pages] == [1, 1, 0, 0, 0, 0]
    for event in held:
        event.set()
    assert await asyncio.gather(*reads[:5]) == ["first"] * 5


async def test_what_waits_too_long_is_refused(start: Open) -> None:
    process = await start(fills=1, has_copies=False)
    held = asyncio.Event()
    slow, next_one = Page(key="product_page:slow", waits=[held]), Page(key="product_page:next")
    first = asyncio.create_task(process.reads(slow))
    await slow.has_read.wait()
    with pytest.raises(TooManyReads) as refused:
        await process.reads(next_one)
    assert refused.value.retry_after_s == 1
    held.set()
    assert await first == "first"
