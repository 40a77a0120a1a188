"""A Redis that takes connections and answers nothing: nobody waits for it again and again."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest_asyncio
from redis.asyncio import Redis

from actors import Marketplace, Vendor, open_marketplace
from plaza.embedded.servers import temporary_valkey
from plaza.settings import Settings
from plaza.web.answering import REDIS_BUDGET_S

PAUSE_MS = 60_000
TIMES = 15


@pytest_asyncio.fixture(loop_scope="session")
async def hanging(fresh_settings: Settings) -> AsyncIterator[tuple[Marketplace, Vendor]]:
    """A marketplace whose Redis hangs, and a vendor who has logged in before."""
    with temporary_valkey() as server:
        settings = msgspec.structs.replace(fresh_settings, redis_url=server.url)
        async with (
            open_marketplace(settings) as marketplace,
            Redis.from_url(server.url, protocol=2) as operator,
        ):
            vendor = await marketplace.a_vendor()
            await operator.client_pause(PAUSE_MS, all=True)
            yield marketplace, vendor
            # It cannot be unpaused by a command.
            server.stop()


async def waits_s(ask: Callable[[], Awaitable[object]]) -> list[float]:
    """How long each of several takes, one after the other; the shortest first."""
    taken = []
    for _ in range(TIMES):
        began = time.monotonic()
        await ask()
        taken.append(time.monotonic() - began)
    return sorted(taken)


# fault 28
async def test_who_is_logged_in_reads_without_waiting_for_it_and_is_told_that_it_may_be_stale(
    hanging: tuple[Marketplace, Vendor],
) -> None:
    _, vendor = hanging

    async def reads() -> None:
        answer = await vendor.get(f"{vendor.path}/products")
        assert (answer.status_code, answer.headers["plaza-stale"]) == (200, "true")

    waited_s = await waits_s(reads)
    assert waited_s[TIMES // 2] < REDIS_BUDGET_S < waited_s[-1]


# fault 28
async def test_commands_do_not_wait_for_it_again_and_again(
    hanging: tuple[Marketplace, Vendor],
) -> None:
    _, vendor = hanging
    waited_s = await waits_s(vendor.creates_product)
    assert waited_s[TIMES // 2] < REDIS_BUDGET_S < waited_s[-1]
