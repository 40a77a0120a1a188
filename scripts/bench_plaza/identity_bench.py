"""The bench of who may do what: what knowing the caller costs, and what a flood of log-ins does."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack

import asyncpg
import msgspec

from bench_plaza.bars import Bar, at_least, at_most
from bench_plaza.keep_alive import Connection
from bench_plaza.latency import Latency
from bench_plaza.log_in_flood import Flood
from bench_plaza.paced import Ask, paced
from bench_plaza.plaza_process import Plaza, running_plaza
from bench_plaza.progress import doing
from bench_plaza.running_servers import connected
from bench_plaza.vendor_desk import VendorDesk, a_slug, selling_vendors

FLOOD_PER_S = 500.0
FLOOD_SENT_MIN = 0.95
P99_TIMES_MAX = 2.0
WARM_REQUESTS = 2000
READS_PER_S = 100.0
OWN_READS_PER_S = 50.0
COMMANDS_PER_S = 10.0

LIST, PAGE, OWN, COMMAND = "list", "product page", "own products", "change a price"

# Whoever asks who calls has to look at one of these.
LOOKED_AT = """
    SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::bigint FROM pg_stat_user_tables
    WHERE schemaname || '.' || relname IN ('identity.session', 'identity.account',
        'vendors.member', 'vendors.api_key')
"""

# The limits of everything else would measure themselves; that of log-ins is what is tried.
ENVIRONMENT = {
    "PLAZA_RATE_LIMITS_EXEMPT_LOOPBACK": "0",
    "PLAZA_RATE_LIMITS": "public_reads=off,private_reads=off,commands=off,api_key=off",
}
UNLIMITED = {"PLAZA_RATE_LIMITS_EXEMPT_LOOPBACK": "1"}


class Flooded(msgspec.Struct, frozen=True):
    """The same requests without and with the flood beside them."""

    calm: dict[str, Latency]
    stormy: dict[str, Latency]
    flood: Flood

    def times(self, route: str) -> float:
        return self.stormy[route].p99_ms / self.calm[route].p99_ms


class IdentityResults(msgspec.Struct, frozen=True):
    warm_requests: int
    tables_looked_at: int
    """How often PostgreSQL was asked who the caller is, during the warm requests."""
    limited: Flooded
    unlimited: Flooded


def bench_identity(seconds: int, rounds: int) -> IdentityResults:
    with running_plaza(ENVIRONMENT) as plaza:
        with doing(f"{WARM_REQUESTS:,} requests of one caller"):
            looked_at = asyncio.run(_look_ups(plaza))
        limited = asyncio.run(_flooded(plaza, seconds, rounds, "limits on"))
    with running_plaza(UNLIMITED) as plaza:
        unlimited = asyncio.run(_flooded(plaza, seconds, rounds, "limits off"))
    return IdentityResults(WARM_REQUESTS, looked_at, limited, unlimited)


def identity_bars(results: IdentityResults) -> Iterator[Bar]:
    yield at_most("trips to know a warm caller", results.tables_looked_at, 0)
    sent = results.limited.flood.per_s
    yield at_least("log-ins thrown a second", sent, FLOOD_PER_S * FLOOD_SENT_MIN)
    for route in results.limited.calm:
        times = results.limited.times(route)
        yield at_most(f"{route}: p99 under the flood, times", times, P99_TIMES_MAX)


async def _look_ups(plaza: Plaza) -> int:
    async with AsyncExitStack() as stack:
        database = await connected(plaza.data_dir)
        stack.push_async_callback(database.close)
        shop = await stack.enter_async_context(Connection(plaza.port))
        (vendor,) = await selling_vendors(shop, 1)
        desk = await VendorDesk.open(shop, vendor)
        await desk.read_own()
        await _settled(database)
        before = await database.fetchval(LOOKED_AT)
        for _ in range(WARM_REQUESTS):
            (await desk.read_own()).check()
        await _settled(database)
        return int(await database.fetchval(LOOKED_AT)) - int(before)


async def _settled(database: asyncpg.Connection) -> None:
    """Wait until every backend has told what it did: it tells at most once a second."""
    await asyncio.sleep(2)
    await database.execute("SELECT pg_stat_clear_snapshot()")


async def _flooded(plaza: Plaza, seconds: int, rounds: int, what: str) -> Flooded:
    calm: dict[str, list[float]] = {}
    stormy: dict[str, list[float]] = {}
    floods = []
    async with AsyncExitStack() as stack:
        # Logged in before the flood, which comes from the same address.
        probes = await _probes(plaza.port, stack)
        for number in range(1, rounds + 1):
            with doing(f"Calm {number} of {rounds}, {what}"):
                _add(calm, await _probed(probes, seconds))
            with doing(f"{FLOOD_PER_S:g} log-ins a second {number} of {rounds}, {what}"):
                flooding = asyncio.create_task(_flood(plaza.port, seconds))
                _add(stormy, await _probed(probes, seconds))
                floods.append(await flooding)
    return Flooded(_latencies(calm), _latencies(stormy), _together(floods))


async def _probes(port: int, stack: AsyncExitStack) -> dict[str, tuple[Ask, float]]:
    shop, shelf, own, till = [await stack.enter_async_context(Connection(port)) for _ in range(4)]
    reader, seller = await selling_vendors(shop, 2)
    reading, selling = await VendorDesk.open(own, reader), await VendorDesk.open(till, seller)
    offer = (await selling.offers())[0]
    slug = await a_slug(shop)
    return {
        LIST: (lambda: shop.get("/v1/products?limit=24"), READS_PER_S),
        PAGE: (lambda: shelf.get(f"/v1/products/{slug}"), READS_PER_S),
        OWN: (reading.read_own, OWN_READS_PER_S),
        COMMAND: (lambda: selling.change_price(offer), COMMANDS_PER_S),
    }


async def _probed(probes: dict[str, tuple[Ask, float]], seconds: int) -> dict[str, list[float]]:
    times = await asyncio.gather(
        *(paced(ask, per_s=per_s, duration_s=seconds) for ask, per_s in probes.values())
    )
    return dict(zip(probes, times, strict=True))


async def _flood(port: int, seconds: int) -> Flood:
    command = [sys.executable, "-m", "bench_plaza.log_in_flood", str(port), str(FLOOD_PER_S)]
    process = await asyncio.create_subprocess_exec(
        *command, str(seconds), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return msgspec.json.decode(output, type=Flood)


def _add(times: dict[str, list[float]], more: dict[str, list[float]]) -> None:
    for route, taken in more.items():
        times.setdefault(route, []).extend(taken)


def _latencies(times: dict[str, list[float]]) -> dict[str, Latency]:
    return {route: Latency.of(taken) for route, taken in times.items()}


def _together(floods: list[Flood]) -> Flood:
    statuses = {status for flood in floods for status in flood.answers}
    answers = {status: sum(f.answers.get(status, 0) for f in floods) for status in statuses}
    return Flood(sum(flood.per_s for flood in floods) / len(floods), answers)
