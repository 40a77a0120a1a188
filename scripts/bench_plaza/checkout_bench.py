"""The bench of buying: contention for one offer, a steady pace, a large cart, a lone shopper."""

import math
import statistics
from collections.abc import Iterator

import msgspec
import uvloop
from buying_plaza.market import Market
from buying_plaza.processes import cpu_s_by_role
from buying_plaza.shopper import Line

from bench_plaza.bars import Bar, at_least, at_most
from bench_plaza.checkout_load import (
    completions_per_s,
    filled_carts,
    large_carts,
    lone_checkouts,
    paced_completions,
)
from bench_plaza.checkout_shops import Goods, open_shops
from bench_plaza.latency import Latency
from bench_plaza.plaza_process import Plaza, running_plaza
from bench_plaza.progress import doing
from plaza.operations.operator import DEMO_PASSWORD

OPERATOR_EMAIL = "operator@plaza.example"
BUYERS = 32
ORDERS_PER_S = 50.0
HOT_SHARE_MIN = 0.5
COMPLETION_P99_MS_MAX = 150.0
LARGE_MS_MAX = 400.0
LONE_MS_MAX = 60.0
KEPT_PACE_MIN = 0.95
WARM_UPS = 2

CALM, HOT, SPLIT = "offers of their own", "one offer, one row", "one offer, 16 rows"


class Extent(msgspec.Struct, frozen=True):
    """How much of everything is measured."""

    rounds: int
    carts_each: int
    paced_seconds: int
    large: int
    lone: int


WHOLE = Extent(rounds=3, carts_each=12, paced_seconds=20, large=20, lone=100)
QUICK = Extent(rounds=1, carts_each=6, paced_seconds=6, large=8, lone=30)


class CheckoutResults(msgspec.Struct, frozen=True):
    """What was measured.

    Attributes:
        completions_per_s: of so many buyers at a time, by what they want; medians of the rounds.
        paced: completions while shoppers come at a steady pace.
        large: completions of a cart with many lines of many vendors.
        lone: whole checkouts of four requests.
        cpu_ms: processor time of a paced completion, by process: what it costs on any machine.
    """

    buyers: int
    completions_per_s: dict[str, float]
    paced: Latency
    paced_per_s: float
    cpu_ms: dict[str, float]
    refusals: list[str]
    large: Latency
    large_lines: int
    large_vendors: int
    lone: Latency

    @property
    def hot_share(self) -> float:
        return self.completions_per_s[SPLIT] / self.completions_per_s[CALM]


def bench_checkout(extent: Extent) -> CheckoutResults:
    # Mails are another load, which goes to another server and may lag behind.
    settings = {"PLAZA_OPERATOR_EMAIL": OPERATOR_EMAIL, "PLAZA_ORDER_MAILS": "0"}
    with running_plaza(settings) as plaza:
        return uvloop.run(_measured(plaza, extent))


def checkout_bars(results: CheckoutResults) -> Iterator[Bar]:
    name = f"a hot offer, % of the calm throughput at {results.buyers} buyers"
    yield at_least(name, results.hot_share * 100, HOT_SHARE_MIN * 100)
    yield at_least("completions a second, paced", results.paced_per_s, ORDERS_PER_S * KEPT_PACE_MIN)
    yield at_most("completion at that pace, p99 in ms", results.paced.p99_ms, COMPLETION_P99_MS_MAX)
    yield at_most("refused at that pace", len(results.refusals), 0)
    large = f"{results.large_lines} lines of {results.large_vendors} vendors, slowest in ms"
    yield at_most(large, results.large.p99_ms, LARGE_MS_MAX)
    yield at_most("a lone shopper's checkout, median in ms", results.lone.p50_ms, LONE_MS_MAX)


async def _measured(plaza: Plaza, extent: Extent) -> CheckoutResults:
    market = await Market.open(plaza.port, OPERATOR_EMAIL, DEMO_PASSWORD)
    with doing("Opening shops"):
        goods = await open_shops(market)
    await lone_checkouts(plaza.port, WARM_UPS, goods.few_lines)
    with doing(f"{extent.lone} lone shoppers"):
        lone_ms = await lone_checkouts(plaza.port, extent.lone, goods.few_lines)
    many = goods.many_lines()
    await large_carts(plaza.port, WARM_UPS, many)
    with doing(f"{extent.large} carts of {len(many)} lines"):
        large_ms = await large_carts(plaza.port, extent.large, many)
    rates = await _rates(plaza, goods, extent)
    count = int(ORDERS_PER_S * extent.paced_seconds)
    with doing(f"Filling {count} carts"):
        carts = await filled_carts(plaza.port, count, goods.few_lines)
    before = cpu_s_by_role(plaza.pid)
    with doing(f"{ORDERS_PER_S:g} completions a second for {extent.paced_seconds} s"):
        paced = await paced_completions(plaza.port, ORDERS_PER_S, carts)
    used, done = cpu_s_by_role(plaza.pid), max(len(paced.times_ms), 1)
    return CheckoutResults(
        buyers=BUYERS,
        completions_per_s=rates,
        paced=Latency.of(paced.times_ms or [math.inf]),
        paced_per_s=paced.done_per_s,
        cpu_ms={role: (used[role] - before.get(role, 0.0)) * 1000 / done for role in used},
        refusals=paced.refusals,
        large=Latency.of(large_ms),
        large_lines=len(many),
        large_vendors=len(goods.shelves),
        lone=Latency.of(lone_ms),
    )


async def _rates(plaza: Plaza, goods: Goods, extent: Extent) -> dict[str, float]:
    """The kinds take turns, so that they meet the same moments; medians."""
    kinds = {
        CALM: lambda number: [Line(goods.own_offer(number), 1)],
        HOT: lambda _: [Line(goods.hot, 1)],
        SPLIT: lambda _: [Line(goods.split, 1)],
    }
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(1, extent.rounds + 1):
        for kind, lines_of in kinds.items():
            with doing(f"{BUYERS} buyers, {kind}, {number} of {extent.rounds}"):
                rate = await completions_per_s(plaza.port, BUYERS, extent.carts_each, lines_of)
                found[kind].append(rate)
    return {kind: statistics.median(rates) for kind, rates in found.items()}
