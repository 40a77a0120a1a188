"""The whole replay on a running plaza: shops are opened, everything is sold, sums are compared."""

import asyncio
import time
from collections.abc import Sequence
from itertools import groupby

import msgspec
from bench_plaza.latency import Latency
from bench_plaza.progress import doing
from buying_plaza.caller import Caller
from buying_plaza.market import CURRENCY, Market, Shop, Ware
from buying_plaza.processes import cpu_s_by_role
from buying_plaza.sandbox import read_charges
from buying_plaza.shopper import Line, Shopper, token_of_all
from fuzz_plaza.own_plaza import OPERATOR_EMAIL, Plaza

from replay_retail_plaza.planning import Plan, vendor_of
from replay_retail_plaza.queues import read_queue
from replay_retail_plaza.selling import Seller
from replay_retail_plaza.sums import ByVendorDay, Sums, residuals, sums_of_file, sums_shown, whole

ENDLESS = "endless"
REFUNDED_WITHIN_S = 90.0
POLL_INTERVAL_S = 0.5


class Wish(msgspec.Struct, frozen=True):
    """How it is sold.

    Attributes:
        customers: how many buy at a time.
        per_s: at which pace orders come; None: as fast as they are sold.
    """

    vendors: int
    workers: int
    customers: int
    per_s: float | None


class Replayed(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        cpu_s: processor seconds that the processes used while it was sold.
        caught_up_s: from the last answer until the queues showed all of it.
        kept_minor: what the payment provider has kept in the end.
    """

    wish: Wish
    orders: int
    vendor_orders: int
    lines: int
    cancellations: int
    duration_s: float
    cpu_s: dict[str, float]
    latency: Latency
    caught_up_s: float
    shown: ByVendorDay
    residuals: ByVendorDay
    kept_minor: int
    refusals: list[str]

    @property
    def orders_per_s(self) -> float:
        return self.orders / self.duration_s

    @property
    def sums(self) -> Sums:
        return whole(self.shown.values())

    @property
    def kept_residual_minor(self) -> int:
        sums = self.sums
        return self.kept_minor - (sums.sold_minor - sums.canceled_minor)


async def replay(plaza: Plaza, sandbox: str, plan: Plan, wish: Wish) -> Replayed:
    market = await Market.open(plaza.port, OPERATOR_EMAIL, plaza.operator_password)
    with doing(f"Opening {wish.vendors} shops with {len(plan.sold()):,} offers"):
        shops = await _open_shops(market, plan, wish.vendors)
        apart = await market.shop("Endless", [[Ware(ENDLESS, ENDLESS, 1, 1_000_000)]])
    endless, late = Line(apart.offers[ENDLESS], 1), Shopper(Caller(plaza.port))
    # Whatever the shops have left behind is not measured with the sales.
    await read_queue(shops[0], await token_of_all(late, endless, CURRENCY))
    known_minor = await _kept_minor(sandbox)
    seller = Seller(plaza.port, plan, shops)
    before = cpu_s_by_role(plaza.pid)
    with doing(f"Selling {len(plan.orders):,} orders"):
        takings = await seller.sell(wish.customers, wish.per_s)
    ended_s = time.perf_counter()
    used = cpu_s_by_role(plaza.pid)
    token = await token_of_all(late, endless, CURRENCY)
    await read_queue(apart, token)
    caught_up_s = time.perf_counter() - ended_s
    with doing("Reading the vendors' queues"):
        queues = [await read_queue(shop, token) for shop in shops]
    planned = {sale.completed.order_id: plan.orders[n] for n, sale in takings.sales.items()}
    shown = sums_shown(queues, planned)
    with doing("Waiting for the last refunds"):
        # The order that fetched the token costs a penny.
        kept_minor = await _kept_in_the_end(sandbox, whole(shown.values()), known_minor + 1)
    return Replayed(
        wish=wish,
        orders=len(takings.sales),
        vendor_orders=sum(len(queue) for queue in queues),
        lines=sum(len(plan.orders[number].quantities) for number in takings.sales),
        cancellations=takings.canceled,
        duration_s=takings.duration_s,
        cpu_s={role: used[role] - before.get(role, 0.0) for role in used},
        latency=Latency.of(takings.latencies_ms or [0.0]),
        caught_up_s=caught_up_s,
        shown=shown,
        residuals=residuals(shown, sums_of_file(plan, wish.vendors)),
        kept_minor=kept_minor,
        refusals=takings.refusals,
    )


async def _open_shops(market: Market, plan: Plan, vendors: int) -> Sequence[Shop]:
    """Each with exactly as much of its articles as is going to be bought."""
    shelves: list[list[list[Ware]]] = [[] for _ in range(vendors)]
    # A product is a stock code, its variants are its prices.
    for code, articles in groupby(sorted(plan.sold().items()), lambda item: item[0].code):
        wares = [Ware(code, a.sku, a.price_minor, quantity) for a, quantity in articles]
        shelves[vendor_of(code, vendors)].append(wares)
    return await market.shops({f"Vendor {n}": shelf for n, shelf in enumerate(shelves, start=1)})


async def _kept_minor(sandbox: str) -> int:
    return sum(charge.kept_minor for charge in await read_charges(sandbox))


async def _kept_in_the_end(sandbox: str, sums: Sums, before_minor: int) -> int:
    """What the provider has kept of these sales, once it has given back what was canceled."""
    deadline_s = time.monotonic() + REFUNDED_WITHIN_S
    wanted_minor = sums.sold_minor - sums.canceled_minor
    while (kept := await _kept_minor(sandbox) - before_minor) != wanted_minor:
        if time.monotonic() > deadline_s:
            return kept
        await asyncio.sleep(POLL_INTERVAL_S)
    return kept
