"""One race: everybody buys, meanwhile processes are killed; then it is looked into."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec
from buying_plaza.caller import Caller
from buying_plaza.market import Desk, Market, new_account
from buying_plaza.shopper import Shopper
from fuzz_plaza.own_plaza import Plaza

from oversell_plaza.buyer import Buyer, Plan, plans
from oversell_plaza.goods import Goods, open_shops
from oversell_plaza.killing import Killer
from oversell_plaza.log_watch import Sightings, connected, watch
from oversell_plaza.records import last_position
from oversell_plaza.results import Wish

ACCOUNT_EVERY = 10
"""One buyer of so many is logged in; the others are guests."""


class Race(msgspec.Struct, frozen=True):
    """One that is over.

    Attributes:
        start: the log's last position before its goods were there.
        log_ins: the accounts among the buyers, by the buyer's number.
    """

    goods: Goods
    buyers: Sequence[Buyer]
    log_ins: Mapping[int, Desk]
    killed: Sequence[str]
    sightings: Sightings
    start: int
    duration_s: float


@asynccontextmanager
async def run_race(plaza: Plaza, market: Market, seed: int, wish: Wish) -> AsyncIterator[Race]:
    """Let everybody buy; the log is watched until the block is left."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    start = await _last_position(plaza)
    goods = await open_shops(market, wish)
    log_ins = await _log_ins(plaza.port, wish.buyers)
    planned = plans(chance, wish.buyers, list(goods.units), wish.spread_s)
    buyers = _buyers(plaza.port, planned, log_ins)
    killer = Killer(plaza, chance, servers_too=wish.crashes == "all")
    sightings = Sightings()
    async with going_on(watch(plaza.data_dir, sightings)):
        began_s = time.monotonic()
        await _shop(buyers, killer, wish)
        duration_s = time.monotonic() - began_s
        yield Race(goods, buyers, log_ins, killer.killed, sightings, start, duration_s)


@asynccontextmanager
async def going_on(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Let something go on beside the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _last_position(plaza: Plaza) -> int:
    database = await connected(plaza.data_dir)
    try:
        return await last_position(database)
    finally:
        await database.close()


async def _log_ins(port: int, buyers: int) -> dict[int, Desk]:
    caller = Caller(port)
    return {
        number: await Desk.of(caller, *await new_account(caller))
        for number in range(0, buyers, ACCOUNT_EVERY)
    }


def _buyers(port: int, planned: Sequence[Plan], log_ins: Mapping[int, Desk]) -> list[Buyer]:
    buyers = []
    for number, plan in enumerate(planned):
        log_in = log_ins[number].authorization if number in log_ins else None
        buyers.append(Buyer(Shopper(Caller(port), log_in), plan))
    return buyers


async def _shop(buyers: Sequence[Buyer], killer: Killer, wish: Wish) -> None:
    async with AsyncExitStack() as stack:
        if wish.crashes != "off":
            await stack.enter_async_context(going_on(killer.go_on()))
        await asyncio.gather(*(buyer.shop() for buyer in buyers))
