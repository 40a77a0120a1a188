"""How many commands a second one API process carries out."""

import asyncio
import time
from itertools import cycle

import msgspec

from bench_plaza.keep_alive import Connection
from bench_plaza.latency import Latency
from bench_plaza.results import CommandRate
from bench_plaza.vendor_desk import VendorDesk, selling_vendors
from plaza.read_models.vendor_directory.document import ListedVendor

CLIENTS = 16


class Tally(msgspec.Struct):
    latencies_ms: list[float] = []
    refusals: list[str] = []


async def measure_command_rate(port: int, duration_s: float) -> CommandRate:
    """Let vendors change prices, each in a shop of its own, as fast as they get answers."""
    async with Connection(port) as connection:
        vendors = await selling_vendors(connection, CLIENTS)
    tally = Tally()
    all_ready = asyncio.Barrier(len(vendors))
    await asyncio.gather(
        *(_change_prices(port, vendor, all_ready, duration_s, tally) for vendor in vendors)
    )
    return CommandRate(
        clients=len(vendors),
        commands_per_s=len(tally.latencies_ms) / duration_s,
        latency=Latency.of(tally.latencies_ms),
        refusals=tally.refusals,
    )


async def _change_prices(
    port: int, vendor: ListedVendor, all_ready: asyncio.Barrier, duration_s: float, tally: Tally
) -> None:
    async with Connection(port) as connection:
        desk = await VendorDesk.open(connection, vendor)
        offers = cycle(await desk.offers())
        await all_ready.wait()
        deadline = time.perf_counter() + duration_s
        while (started := time.perf_counter()) < deadline:
            answer = await desk.change_price(next(offers))
            if answer.succeeded:
                tally.latencies_ms.append((time.perf_counter() - started) * 1000)
            else:
                tally.refusals.append(f"{answer.status} {answer.body.decode(errors='replace')}")
