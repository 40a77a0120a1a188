"""Readers and vendors at the same time: what reads cost where prices change all the while."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from itertools import cycle

import msgspec

from bench_plaza.crowd import Crowd
from bench_plaza.crowd_load import served
from bench_plaza.keep_alive import Answer, Connection
from bench_plaza.latency import Latency
from bench_plaza.near_cache_counts import NearCacheCounts
from bench_plaza.paced import paced
from bench_plaza.results import Changing
from bench_plaza.storefront import SEED, storefront_paths
from bench_plaza.vendor_desk import PricedOffer, VendorDesk, selling_vendors
from bench_plaza.visibility import Seen, change_and_watch
from plaza.read_models.product_listing.document import ListedProduct

COMMANDS_PER_S = 100.0
READS_PER_S = 2_000.0
READERS = 32
DESKS, WATCHED_DESKS = 16, 2
WATCHED_PER_S = 10.0
PATHS = 20_000
WARM_UP_S = 1.5
"""Long enough for what is read most to be asked for twice, as the cache wants it."""


class Desk(msgspec.Struct, frozen=True):
    """A vendor who changes prices, in an order that is the same at every run."""

    desk: VendorDesk
    offers: Iterable[PricedOffer]


async def measure_changing(
    port: int, cards: Sequence[ListedProduct], duration_s: float
) -> Changing:
    """Read at a steady pace while so many commands a second change random products."""
    crowd = Crowd(port, READERS, READS_PER_S, duration_s, storefront_paths(cards, PATHS))
    async with AsyncExitStack() as stack:
        desks = await _desks(port, stack)
        shops = [await stack.enter_async_context(Connection(port)) for _ in range(WATCHED_DESKS)]
        await served(msgspec.structs.replace(crowd, duration_s=WARM_UP_S))
        before = await NearCacheCounts.read(port)
        reads, times_ms, watched = await asyncio.gather(
            served(crowd),
            _change(desks[WATCHED_DESKS:], duration_s),
            _watch_all(desks[:WATCHED_DESKS], shops, duration_s),
        )
        after = await NearCacheCounts.read(port)
    return Changing(
        commands_per_s=(len(times_ms) + len(watched)) / duration_s,
        command=Latency.of(times_ms),
        reads=reads,
        hit_rate=after.hit_rate_since(before),
        watched=len(watched),
        sent_to_seen=Latency.of([one.seen_ms - one.sent_ms for one in watched]),
        answered_to_seen=Latency.of([one.seen_ms - one.answered_ms for one in watched]),
    )


async def _change(desks: Sequence[Desk], duration_s: float) -> list[float]:
    all_per_s = COMMANDS_PER_S - WATCHED_PER_S
    taken_ms = await asyncio.gather(
        *(
            paced(
                _ask(desk),
                per_s=all_per_s / len(desks),
                duration_s=duration_s,
                after_s=number / all_per_s,
            )
            for number, desk in enumerate(desks)
        )
    )
    return [one_ms for some in taken_ms for one_ms in some]


async def _watch_all(
    desks: Sequence[Desk], shops: Sequence[Connection], duration_s: float
) -> list[Seen]:
    watches = (
        _watch(desk, shop, duration_s, number / WATCHED_PER_S)
        for number, (desk, shop) in enumerate(zip(desks, shops, strict=True))
    )
    return [one for some in await asyncio.gather(*watches) for one in some]


def _ask(desk: Desk) -> Callable[[], Awaitable[Answer]]:
    offers = iter(desk.offers)
    return lambda: desk.desk.change_price(next(offers))


async def _watch(desk: Desk, shop: Connection, duration_s: float, after_s: float) -> list[Seen]:
    """Change a price at a steady pace, and look until the product's page shows it."""
    per_s = WATCHED_PER_S / WATCHED_DESKS
    offers, seen = iter(desk.offers), list[Seen]()
    began_s = time.perf_counter() + after_s
    for number in range(int(per_s * duration_s)):
        await asyncio.sleep(max(began_s + number / per_s - time.perf_counter(), 0))
        seen.append(await change_and_watch(desk.desk, shop, next(offers)))
    return seen


async def _desks(port: int, stack: AsyncExitStack) -> list[Desk]:
    chance = random.Random(SEED)  # noqa: S311  repeatable, not secret
    office = await stack.enter_async_context(Connection(port))
    desks = []
    for vendor in await selling_vendors(office, DESKS):
        connection = await stack.enter_async_context(Connection(port))
        desk = await VendorDesk.open(connection, vendor)
        offers = await desk.offers()
        chance.shuffle(offers)
        desks.append(Desk(desk, cycle(offers)))
    return desks
