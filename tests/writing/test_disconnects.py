"""Requests that are cancelled in flight leave no connection behind."""

import asyncio
import random
import time
from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.pool import QueuePool

from actors import Marketplace, Vendor, open_marketplace
from plaza.settings import Settings
from plaza.writing.runner import CommandRunner
from writing.watching import count_of, watching

CLIENTS = 20
REQUESTS_EACH = 20
POOL_SIZE = 4
IN_TRANSACTION = """
    datname = current_database() AND application_name = 'plaza commands' AND state <> 'idle'
"""
HALF_DONE = """
    NOT EXISTS (SELECT FROM catalog.offer o JOIN inventory.stock s ON s.offer_id = o.id
        WHERE o.product_id = product.id)
"""


@pytest_asyncio.fixture(loop_scope="session")
async def small(fresh_settings: Settings) -> AsyncIterator[Marketplace]:
    settings = msgspec.structs.replace(fresh_settings, command_pool_size=POOL_SIZE)
    async with open_marketplace(settings) as marketplace:
        yield marketplace


def pool_of(marketplace: Marketplace) -> QueuePool:
    runner: CommandRunner = marketplace.app.state.runner
    sessions = runner._sessions  # noqa: SLF001  their pool is the question
    assert isinstance(sessions, async_sessionmaker)
    engine: AsyncEngine = sessions.kw["bind"]
    assert isinstance(engine.pool, QueuePool)
    return engine.pool


async def life_s(vendor: Vendor) -> float:
    """How long a request lives that nobody cancels, beside as many others."""
    began = time.monotonic()
    await asyncio.gather(*(vendor.creates_product() for _ in range(CLIENTS)))
    return time.monotonic() - began


async def give_up_again_and_again(vendor: Vendor, chance: random.Random, patience_s: float) -> None:
    """Ask, and cancel each request at some moment of its life; some are answered in time."""
    for _ in range(REQUESTS_EACH):
        asking = asyncio.create_task(vendor.creates_product())
        await asyncio.wait([asking], timeout=chance.uniform(0, patience_s))
        asking.cancel()
        await asyncio.wait([asking])


# fault 25
async def test_requests_cancelled_in_flight_leak_no_connection_and_are_done_whole_or_not(
    small: Marketplace,
) -> None:
    vendor, chance = await small.an_applicant(), random.Random(25)  # noqa: S311  no secret
    patience_s = await life_s(vendor)
    await asyncio.gather(
        *(give_up_again_and_again(vendor, chance, patience_s) for _ in range(CLIENTS))
    )

    pool = pool_of(small)
    async with watching(small.settings) as connection:

        async def all_are_back() -> bool:
            busy = await count_of(connection, "pg_stat_activity", IN_TRANSACTION)
            return busy == 0 and pool.checkedout() == 0

        await small.until(all_are_back)
        of_commands = "application_name = 'plaza commands' AND datname = current_database()"
        opened = await count_of(connection, "pg_stat_activity", of_commands)
        made = await count_of(connection, "catalog.product", "true")
        half = await count_of(connection, "catalog.product", HALF_DONE)

    assert opened <= POOL_SIZE
    assert CLIENTS < made < CLIENTS + CLIENTS * REQUESTS_EACH
    assert half == 0
    later = await asyncio.gather(*(vendor.creates_product() for _ in range(3 * POOL_SIZE)))
    assert len({product["id"] for product in later}) == 3 * POOL_SIZE
    assert small.app.state.runner._admission.waiting == 0  # noqa: SLF001
