"""More commands than connections: some are refused, none hangs, and it passes."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace, Vendor, open_marketplace
from plaza.settings import Settings
from plaza.writing.admission import Admission, Overloaded
from writing.watching import until, waiting_for_locks, watching

ADMISSION_TIMEOUT_S = 0.3
BURST = 60


@pytest_asyncio.fixture(loop_scope="session")
async def narrow(fresh_settings: Settings) -> AsyncIterator[Marketplace]:
    """A marketplace with two connections for commands."""
    settings = msgspec.structs.replace(
        fresh_settings, command_pool_size=2, admission_timeout_s=ADMISSION_TIMEOUT_S
    )
    async with open_marketplace(settings) as marketplace:
        yield marketplace


async def set_stock(vendor: Vendor, offer_id: str, on_hand: int) -> httpx.Response:
    path = f"{vendor.path}/offers/{offer_id}/stock"
    return await vendor.client.put(path, json={"on_hand": on_hand})


# fault 24
async def test_with_all_connections_taken_commands_are_refused_and_health_is_not(
    narrow: Marketplace,
) -> None:
    vendor = await narrow.an_applicant()
    created = await vendor.creates_product()
    offer_id = created["variants"][0]["offer_id"]
    async with watching(narrow.settings) as connection, connection.transaction():
        await connection.execute(
            "SELECT FROM inventory.stock WHERE offer_id = $1 FOR UPDATE", offer_id
        )
        slow = [asyncio.create_task(set_stock(vendor, offer_id, n)) for n in (7, 8)]

        async def both_wait() -> bool:
            return await waiting_for_locks(connection) == len(slow)

        await until(both_wait, timeout_s=1.5)

        started = time.monotonic()
        burst = asyncio.gather(*(set_stock(vendor, offer_id, 9) for _ in range(BURST)))
        health = [(await narrow.anybody.get("/health")).status_code for _ in range(5)]
        answers = await burst
        took_s = time.monotonic() - started

    assert health == [200] * 5
    assert Counter(answer.status_code for answer in answers) == {503: BURST}
    assert {answer.json()["code"] for answer in answers} == {"overloaded"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert took_s < 1.9  # Before the slow ones' lock_timeout of 2 s freed a connection.
    assert [(await task).status_code for task in slow] == [200, 200]
    recovered = [(await set_stock(vendor, offer_id, n)).status_code for n in range(10)]
    assert recovered == [200] * 10


# fault 24
async def test_a_full_queue_refuses_at_once() -> None:
    admission = Admission(places=1, queue_size=1, timeout_s=60)
    queued: list[str] = []

    async def queue() -> None:
        async with admission.admitted():
            queued.append("done")

    async with admission.admitted():
        waiting = asyncio.create_task(queue())
        await asyncio.sleep(0)  # The task runs until it waits.
        assert admission.waiting == 1
        with pytest.raises(Overloaded):
            async with admission.admitted():
                queued.append("never")
    await waiting
    assert queued == ["done"]
    assert admission.waiting == 0


# fault 25
async def test_a_place_is_given_back_by_whoever_is_cancelled_waiting_or_working() -> None:
    admission, entered = Admission(places=2, queue_size=500, timeout_s=60), asyncio.Event()

    async def work() -> None:
        async with admission.admitted():
            entered.set()
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(work()) for _ in range(300)]
    await entered.wait()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

    async with asyncio.timeout(1), admission.admitted(), admission.admitted():
        assert admission.waiting == 0


async def test_what_was_begun_comes_before_what_is_new() -> None:
    admission, order = Admission(places=1, queue_size=3, timeout_s=60), list[str]()

    async def work(name: str, *, goes_on: bool) -> None:
        async with admission.admitted(goes_on=goes_on):
            order.append(name)

    async with admission.admitted():
        tasks = [asyncio.create_task(work(f"new {n}", goes_on=False)) for n in range(3)]
        await asyncio.sleep(0)
        # For what was begun the queue is never full.
        tasks += [asyncio.create_task(work(f"begun {n}", goes_on=True)) for n in range(2)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)

    assert order == ["begun 0", "begun 1", "new 0", "new 1", "new 2"]


async def test_a_place_that_nobody_waits_for_any_more_goes_to_the_next() -> None:
    admission = Admission(places=1, queue_size=9, timeout_s=60)

    async def hold(until: asyncio.Event) -> None:
        async with admission.admitted():
            await until.wait()

    leave = asyncio.Event()
    holding = asyncio.create_task(hold(leave))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(hold(leave)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    leave.set()
    await asyncio.sleep(0)
    # Given the place, and canceled before it could take it.
    assert holding.done()
    waiting[1].cancel()
    await asyncio.wait(waiting)

    assert [task.cancelled() for task in waiting] == [True, True, False]
    async with asyncio.timeout(1), admission.admitted():
        assert admission.waiting == 0
