"""Redis forgets, ends, freezes or is full: answers are right all the same."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from patience import CLOCK_TICK_S, SHIPPED_COPIES_BUDGET_S
from plaza.embedded.servers import temporary_valkey
from plaza.embedded.valkey import ValkeyServer
from plaza.outbox import breaker
from plaza.outbox.channels import Channels
from plaza.reading import coherence
from reading.near_reading import Page, Process, Projector, a_process, until

TAG = "product_page:id:1"
BALLAST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    """A Valkey that these tests empty, end, freeze and fill."""
    with temporary_valkey() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def operator(server: ValkeyServer) -> AsyncIterator[Redis]:
    """Somebody who does things to the server."""
    if not server.is_working():
        server.start()
    async with Redis.from_url(server.url, protocol=2) as client:
        yield client


@pytest.fixture
def channels() -> Channels:
    return Channels(uuid4())


@pytest_asyncio.fixture(loop_scope="session")
async def process(
    server: ValkeyServer, operator: Redis, channels: Channels
) -> AsyncIterator[Process]:
    await operator.ping()  # type: ignore[misc]  # one type for both clients of redis-py
    async with a_process(server.url, channels) as started:
        yield started


@pytest.fixture
def projector(process: Process, channels: Channels) -> Projector:
    return Projector(process.redis, channels)


@contextmanager
def frozen(server: ValkeyServer) -> Iterator[None]:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


@asynccontextmanager
async def full(operator: Redis) -> AsyncIterator[None]:
    await operator.set("ballast", b"x" * BALLAST_BYTES)
    await operator.config_set("maxmemory", "1mb")
    try:
        yield
    finally:
        await operator.config_set("maxmemory", "0")
        await operator.delete("ballast")


async def until_kept_again(process: Process, page: Page) -> None:
    """Once Redis is there again, answers come from memory as before."""
    await until(lambda: process.coherence.is_live)
    await process.keeps(page)


async def test_emptied_at_once_nothing_that_was_kept_is_served(
    process: Process, projector: Projector, operator: Redis
) -> None:
    # fault 27
    page = Page()
    await process.keeps(page)
    await operator.flushall()
    await until(lambda: len(process.near) == 0)
    await process.keeps(page)
    page.text = "second"
    await projector.touch(TAG, position=7)
    await operator.flushall()
    await projector.announce(7)
    await process.until_pushed(7)
    assert await process.reads(page) == "second"
    await until_kept_again(process, page)


async def test_a_copy_that_is_late_is_refused_by_a_redis_that_was_emptied(
    process: Process, projector: Projector, operator: Redis
) -> None:
    # fault 27
    page, key = Page(), "product_page:v1:a"
    asked = await process.copies.get(key)
    assert asked.incarnation is not None
    await projector.touch(TAG, position=7)
    await operator.flushall()
    old = await page.fill()
    assert not await process.copies.put(key, old, 5, asked.incarnation)
    # A touch makes another incarnation, which makes it no better.
    await projector.touch("product_page:id:2", position=8)
    assert not await process.copies.put(key, old, 5, asked.incarnation)
    assert (await process.copies.get(key)).rendered is None


async def test_ended_and_empty_it_begins_again_with_nothing(
    process: Process, projector: Projector, server: ValkeyServer
) -> None:
    # fault 29
    page = Page()
    await process.keeps(page)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await until(lambda: not process.coherence.is_live)
    page.text = "second"
    assert await process.reads(page) == "second"
    server.stop()
    server.start()
    page.text = "third"
    assert await process.reads(page) == "third"
    await until_kept_again(process, page)
    page.text = "fourth"
    await projector.changes(TAG, position=9)
    await process.until_pushed(9)
    assert await process.reads(page) == "fourth"


async def test_a_copy_does_not_outlive_a_touch_that_was_lost_with_the_last_second(
    process: Process, projector: Projector, server: ValkeyServer, operator: Redis
) -> None:
    # fault 29
    page = Page()
    await process.keeps(page)
    await process.near.finish()
    assert (await process.copies.get(page.key)).rendered is not None
    await operator.save()
    page.text = "second"
    await projector.changes(TAG, position=7)
    await process.until_pushed(7)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await until(lambda: not process.coherence.is_live)
    server.stop()
    server.start()
    names = {name.decode() async for name in process.redis.scan_iter()}
    assert any(name.endswith(page.key) for name in names), "the copy has come back"
    assert (await process.copies.get(page.key)).rendered is None
    assert await process.reads(page) == "second"
    await until_kept_again(process, page)
    assert await process.reads(page) == "second"


async def test_what_changed_while_nobody_told_is_not_served_afterwards(
    process: Process, projector: Projector, operator: Redis
) -> None:
    page = Page()
    await process.keeps(page)
    epoch = process.coherence.epoch
    await operator.client_kill_filter(_type="pubsub")
    await until(lambda: process.coherence.epoch > epoch)
    page.text = "second"
    await projector.changes(TAG, position=7)
    assert process.pushed == 0
    assert await process.reads(page) == "second"
    await until_kept_again(process, page)
    assert await process.reads(page) == "second"


async def test_nothing_that_was_asked_for_before_a_loss_is_kept_after_it(
    process: Process, operator: Redis
) -> None:
    page, held = Page(), asyncio.Event()
    await process.reads(page)
    page.has_read.clear()
    page.waits, epoch = [held], process.coherence.epoch
    reading = asyncio.create_task(process.reads(page))
    await page.has_read.wait()
    await operator.client_kill_filter(_type="pubsub")
    await until(lambda: process.coherence.epoch > epoch and process.coherence.is_live)
    held.set()
    await reading
    assert len(process.near) == 0


async def test_who_may_have_missed_how_far_followers_came_asks_for_it_once_more(
    process: Process, operator: Redis, channels: Channels
) -> None:
    await until(lambda: process.coherence.is_live)
    async with operator.pubsub() as pubsub:
        await pubsub.subscribe(channels.listening)
        assert await pubsub.get_message(timeout=5)
        (tracking,) = [one for one in await operator.client_list() if "t" in one["flags"]]
        await operator.client_kill_filter(_id=tracking["id"])
        heard = await pubsub.get_message(timeout=5)
    assert heard is not None
    assert heard["channel"].decode() == channels.listening


async def test_a_silent_connection_is_given_up(
    process: Process, server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page()
    await process.keeps(page)
    process.near.alias(b"/a", page.key)
    process.near.alias(b"/a", page.key)
    monkeypatch.setattr(coherence, "SILENCE_MAX_S", 0.3)
    monkeypatch.setattr(coherence, "HEARTBEAT_INTERVAL_S", 0.1)
    await until(lambda: process.coherence.live_until < time.monotonic() + 0.3)
    assert process.near.hit(b"/a") is not None
    with frozen(server):
        await until(lambda: not process.coherence.is_live)
        assert process.near.hit(b"/a") is None
        page.text = "second"
        assert await process.reads(page) == "second"
    await until_kept_again(process, page)


async def test_a_slow_redis_costs_a_read_its_budget_and_is_soon_not_asked(
    process: Process, server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 28
    monkeypatch.setattr(breaker, "BUDGET_S", SHIPPED_COPIES_BUDGET_S)
    pages = [Page(f"page {n}", key=f"product_page:{n}") for n in range(30)]
    with frozen(server):
        took_s = []
        for page in pages:
            begun = time.monotonic()
            assert await process.reads(page) == page.text
            took_s.append(time.monotonic() - begun)
    assert took_s[0] >= SHIPPED_COPIES_BUDGET_S - CLOCK_TICK_S
    # The first few wait for their budget each; then it is asked once a second at most.
    assert max(took_s) < 10 * SHIPPED_COPIES_BUDGET_S
    assert sorted(took_s)[len(took_s) // 2] < SHIPPED_COPIES_BUDGET_S
    async with asyncio.timeout(5):
        while (await process.copies.get("any")).incarnation is None:  # noqa: ASYNC110  it rings no bell
            await asyncio.sleep(0.05)


async def test_a_full_redis_answers_nothing_wrong(
    process: Process, projector: Projector, operator: Redis
) -> None:
    # fault 30
    page = Page()
    await process.keeps(page)
    async with full(operator):
        asked = await process.copies.get("another")
        assert asked.incarnation is not None
        rendered = await page.fill()
        assert not await process.copies.put("another", rendered, 5, asked.incarnation)
        page.text = "second"
        await projector.changes(TAG, position=7)
        await process.until_pushed(7)
        assert await process.reads(page) == "second"
        assert await process.reads(page, position=7) == "second"
        # With nothing left that could be let go, a change cannot be told, and is not announced.
        page.text = "third"
        with pytest.raises(OutOfMemoryError):
            await projector.changes(TAG, position=8)
        process.watermarks.of("product_page").position = 8
        assert await process.reads(page, position=8) == "third"
    await until_kept_again(process, page)
