"""More private reads than connections: some are refused, and nobody else waits for them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest_asyncio

from actors import Marketplace, Person, open_marketplace
from plaza.settings import Settings
from writing.watching import until, waiting_for_locks, watching

LOCK = "LOCK TABLE read.order_history_v1 IN ACCESS EXCLUSIVE MODE"


@pytest_asyncio.fixture(loop_scope="session")
async def narrow(fresh_settings: Settings) -> AsyncIterator[Marketplace]:
    """A marketplace with one connection for private reads."""
    settings = msgspec.structs.replace(
        fresh_settings, private_pool_size=1, admission_timeout_s=0.3, admission_queue_size=4
    )
    async with open_marketplace(settings) as marketplace:
        yield marketplace


@asynccontextmanager
async def slowly_reading(
    narrow: Marketplace, shopper: Person
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A read that holds the only connection until left."""
    async with watching(narrow.settings) as connection, connection.transaction():
        await connection.execute(LOCK)
        slow = asyncio.create_task(shopper.get("/v1/orders"))

        async def waits() -> bool:
            return await waiting_for_locks(connection) == 1

        await until(waits)
        yield slow


# fault 24
async def test_with_all_connections_taken_private_reads_are_refused_at_the_deadline(
    narrow: Marketplace,
) -> None:
    shopper = await narrow.a_shopper()
    async with slowly_reading(narrow, shopper) as slow:
        answers = await asyncio.gather(*(shopper.get("/v1/orders") for _ in range(8)))
        # Refused before the slow one was answered.
        assert not slow.done()
    assert Counter(answer.status_code for answer in answers) == {503: 8}
    assert {answer.json()["code"] for answer in answers} == {"overloaded"}
    assert sum("queue is full" in answer.json()["detail"] for answer in answers) == 4
    assert (await slow).status_code == 200
    assert (await shopper.get("/v1/orders")).status_code == 200


async def test_who_calls_is_known_while_private_reads_are_slow(narrow: Marketplace) -> None:
    reader, stranger = await narrow.a_shopper(), await narrow.a_shopper()
    async with slowly_reading(narrow, reader) as slow:
        created = await stranger.client.post("/v1/carts", json={})
        assert not slow.done()
    assert created.status_code == 201
    assert (await slow).status_code == 200
