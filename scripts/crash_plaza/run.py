"""One run: everybody works while everything fails; then it is looked into."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from secrets import token_urlsafe

import msgspec
from buying_plaza.market import Market, Shop, Ware
from fuzz_plaza.own_plaza import OPERATOR_EMAIL
from oversell_plaza.history import Violation
from oversell_plaza.killing import Killer
from oversell_plaza.race import going_on

from crash_plaza.client import Client
from crash_plaza.ending import shown_in_the_end
from crash_plaza.history import History, LogEntry
from crash_plaza.judging import judged
from crash_plaza.people import Reader, Shopper, Stop, Vendor
from crash_plaza.records import database_of, left_behind, parked, read_log
from crash_plaza.replaying import of_read_models
from crash_plaza.results import Result
from crash_plaza.shelf import Good
from crash_plaza.surroundings import Surroundings, surroundings
from crash_plaza.troubles import Troubles
from fault_proxy import NONE
from plaza.embedded.servers import EmbeddedServers
from plaza.entrypoints.following import following
from plaza.settings import Settings

SHOPS = 3
GOODS_PER_SHOP = 4
STOCK = 100_000
READERS = 2
SHOPPERS = 2
CAUGHT_UP_WITHIN_S = 40.0
"""A process that was killed again and again is started again after 10 s."""
CAUGHT_UP = f"all is sequenced and followed within {CAUGHT_UP_WITHIN_S:g} s of the last trouble"
PARKED = "projections park nothing because of a lost connection"


class Worked(msgspec.Struct, frozen=True):
    """What was done to plaza and by it."""

    history: History
    killed: Sequence[str]
    troubles: Counter[str]
    duration_s: float


async def run(
    servers: EmbeddedServers, seed: int, duration_s: float, environment: dict[str, str]
) -> Result:
    """Let everybody work for so long, and tell what does not hold afterwards."""
    async with surroundings(servers, environment) as around:
        market = await Market.open(
            around.plaza.port, OPERATOR_EMAIL, around.plaza.operator_password
        )
        goods = _goods(await market.shops(_shelves()))
        chance = random.Random(seed)  # noqa: S311  repeatable, not secret
        worked = await _work(around, goods, chance, duration_s)
        async with database_of(servers) as database:
            late = await left_behind(database, CAUGHT_UP_WITHIN_S)
            violations = [Violation(CAUGHT_UP, told) for told in late]
            violations += [Violation(PARKED, told) for told in await parked(database)]
            log = await read_log(database)
        violations += await shown_in_the_end(around.plaza.port, goods, log)
    async with database_of(servers) as database:
        # What happened while it was stopping too, which its followers may not have seen any more.
        async with following(_settings(servers)):
            late = await left_behind(database, CAUGHT_UP_WITHIN_S)
        violations += [Violation(CAUGHT_UP, told) for told in late]
        log = await read_log(database)
        violations += judged(worked.history, log)
        violations += await of_read_models(database)
    return _result(seed, worked, log, violations)


def _settings(servers: EmbeddedServers) -> Settings:
    return Settings(
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        secret_key=token_urlsafe(),
        log_level="error",
    )


async def _work(
    around: Surroundings, goods: Sequence[Good], chance: random.Random, duration_s: float
) -> Worked:
    history, stop = History(), Stop()
    # Each has a chance of its own, so that one who is late does not change what others do.
    chances = [random.Random(chance.random()) for _ in range(SHOPS + 2 * READERS + SHOPPERS + 2)]  # noqa: S311  as above
    killer = Killer(around.plaza, chances.pop(), servers_too=False)
    troubles = Troubles(around, chances.pop(), history)
    began_s = time.monotonic()
    async with _people(around.port, goods, chances, history) as people:
        working = asyncio.gather(*(person.work(stop) for person in people))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(going_on(killer.go_on()))
            await stack.enter_async_context(going_on(troubles.go_on()))
            await asyncio.wait([asyncio.ensure_future(working)], timeout=duration_s)
        stop.is_told = True
        await working
    assert all(proxy.faults is NONE for proxy in around.proxies.values())
    return Worked(history, killer.killed, troubles.befallen, time.monotonic() - began_s)


@asynccontextmanager
async def _people(
    port: int, goods: Sequence[Good], chances: Sequence[random.Random], history: History
) -> AsyncIterator[list[Vendor | Reader | Shopper]]:
    chance = iter(chances)
    vendors = [_vendor(port, shop, goods, next(chance), history) for shop in _shops(goods)]
    desks = [vendor.client for vendor in vendors]
    people: list[Vendor | Reader | Shopper] = [*vendors]
    for number in range(READERS):
        for has_tokens in (False, True):
            name = f"reader {number} {'with' if has_tokens else 'without'} tokens"
            client = Client(name, port, history)
            people.append(Reader(client, goods, desks, next(chance), has_tokens=has_tokens))
    people += [
        Shopper(Client(f"shopper {number}", port, history), goods, next(chance))
        for number in range(SHOPPERS)
    ]
    try:
        yield people
    finally:
        for person in people:
            await person.client.caller.hang_up()


def _vendor(
    port: int, shop: Shop, goods: Sequence[Good], chance: random.Random, history: History
) -> Vendor:
    client = Client(f"vendor {shop.vendor_id}", port, history, shop.desk.authorization)
    return Vendor(client, [good for good in goods if good.shop is shop], chance)


def _shelves() -> dict[str, list[list[Ware]]]:
    return {
        f"Shop {shop}": [
            [Ware(f"Good {shop}.{number}", f"good-{shop}-{number}", 1_000 + number, STOCK)]
            for number in range(GOODS_PER_SHOP)
        ]
        for shop in range(SHOPS)
    }


def _goods(shops: Sequence[Shop]) -> list[Good]:
    return [
        Good(shop, product_id, offer_id)
        for shop in shops
        for product_id, offer_id in zip(shop.products, shop.offers.values(), strict=True)
    ]


def _shops(goods: Sequence[Good]) -> list[Shop]:
    return list({good.shop.vendor_id: good.shop for good in goods}.values())


def _result(
    seed: int, worked: Worked, log: Sequence[LogEntry], violations: list[Violation]
) -> Result:
    history = worked.history
    outcomes = Counter(write.outcome for write in history.writes)
    return Result(
        seed=seed,
        duration_s=worked.duration_s,
        killed=dict(Counter(worked.killed)),
        troubles=dict(sorted(worked.troubles.items())),
        acknowledged=outcomes["acknowledged"],
        refused=outcomes["refused"],
        unknown=outcomes["unknown"],
        reads=len(history.reads),
        stale_reads=sum(read.is_stale for read in history.reads),
        unavailable=history.unavailable,
        facts=len(log),
        violations=violations,
    )
