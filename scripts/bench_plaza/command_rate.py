"""How many commands a second one API process carries out."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle

import msgspec

from bench_plaza.keep_alive import Connection
from bench_plaza.latency import Latency
from bench_plaza.results import CommandRate
from bench_plaza.vendor_desk import PricedOffer, VendorDesk, selling_vendors

CLIENTS = 16


class Tally(msgspec.Struct):
    latencies_ms: list[float] = []
    refusals: list[str] = []
    last_token: str = ""


async def measure_command_rate(port: int, duration_s: float) -> CommandRate:
    """Let vendors change prices, each in a shop of its own, as fast as they get answers."""
    tally = Tally()
    async with _desks(port) as desks:
        offers = [await desk.offers() for desk in desks]
        started_s = time.perf_counter()
        deadline_s = started_s + duration_s
        await asyncio.gather(
            *(
                _change_prices(desk, own, deadline_s, tally)
                for desk, own in zip(desks, offers, strict=True)
            )
        )
        ended_s = time.perf_counter()
        await _await_coverage(port, tally.last_token)
        covered_s = time.perf_counter()
    return CommandRate(
        clients=len(desks),
        commands_per_s=len(tally.latencies_ms) / (ended_s - started_s),
        latency=Latency.of(tally.latencies_ms),
        caught_up_after_ms=(covered_s - ended_s) * 1000,
        refusals=tally.refusals,
    )


@asynccontextmanager
async def _desks(port: int) -> AsyncIterator[list[VendorDesk]]:
    async with AsyncExitStack() as open_connections:
        first = await open_connections.enter_async_context(Connection(port))
        desks = []
        for vendor in await selling_vendors(first, CLIENTS):
            connection = await open_connections.enter_async_context(Connection(port))
            desks.append(await VendorDesk.open(connection, vendor))
        yield desks


async def _change_prices(
    desk: VendorDesk, own: list[PricedOffer], deadline_s: float, tally: Tally
) -> None:
    offers = cycle(own)
    while (started_s := time.perf_counter()) < deadline_s:
        answer = await desk.change_price(next(offers))
        if answer.succeeded:
            tally.latencies_ms.append((time.perf_counter() - started_s) * 1000)
            tally.last_token = answer.headers["plaza-consistency"]
        else:
            tally.refusals.append(f"{answer.status} {answer.body.decode(errors='replace')}")


async def _await_coverage(port: int, token: str) -> None:
    """Return when the list shows all that was committed before the token's command."""
    async with Connection(port) as shop:
        path = "/v1/products?limit=1"
        (await shop.get(path, Plaza_Consistency=token, Prefer="wait=10")).check()
