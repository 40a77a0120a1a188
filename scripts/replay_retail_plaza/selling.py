"""Sells the planned orders over HTTP, and cancels what was taken back."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack

import msgspec
from bench_plaza.keep_alive import Answer, UnexpectedAnswer
from buying_plaza.caller import Caller, NeverAnswered
from buying_plaza.market import CURRENCY, Shop
from buying_plaza.shopper import PATIENCE_S, Completed, Line, Shopper, attempt_of

from replay_retail_plaza.invoices import Article
from replay_retail_plaza.planning import Plan, PlannedCancellation, PlannedOrder, vendor_of

CREATED = 201
WAITS = "wait=10"
REASON = "Taken back, as the merchant did."


class Sale(msgspec.Struct, frozen=True):
    """An order that was placed, with the token that covers it."""

    completed: Completed
    token: str


class LineToSend(msgspec.Struct, frozen=True):
    id: str
    sku: str


class VendorOrderShown(msgspec.Struct, frozen=True):
    id: str
    lines: list[LineToSend]


class Takings(msgspec.Struct):
    """What has been sold so far.

    Attributes:
        sales: what the orders of the plan have become, by their numbers.
        refusals: what was answered where something else was expected.
        latencies_ms: from the first request of an order to its confirmation.
    """

    sales: dict[int, Sale] = {}
    canceled: int = 0
    refusals: list[str] = []
    latencies_ms: list[float] = []
    duration_s: float = 0.0


class Seller:
    def __init__(self, port: int, plan: Plan, shops: Sequence[Shop]) -> None:
        self._port = port
        self._plan = plan
        self._shops = shops
        self._offers: Mapping[str, str] = {
            sku: offer for shop in shops for sku, offer in shop.offers.items()
        }
        self._is_sold = [asyncio.Event() for _ in plan.orders]
        self.takings = Takings()

    async def sell(self, customers: int, per_s: float | None) -> Takings:
        """Let so many customers buy at a time, each the next order of the file.

        Args:
            customers: how many, each with a connection of its own.
            per_s: at which pace orders come; None: as fast as they are sold.
        """
        began_s = time.perf_counter()
        work = self._due(began_s, per_s)
        async with AsyncExitStack() as stack:
            callers = [
                await stack.enter_async_context(Caller(self._port)) for _ in range(customers)
            ]
            await asyncio.gather(*(self._serve(caller, work) for caller in callers))
        self.takings.duration_s = time.perf_counter() - began_s
        return self.takings

    def _due(
        self, began_s: float, per_s: float | None
    ) -> Iterator[tuple[float, PlannedOrder | PlannedCancellation]]:
        """What comes when: a cancellation right after the order before it."""
        sold = 0
        for item in self._plan.in_turn():
            yield (began_s if per_s is None else began_s + sold / per_s), item
            sold += isinstance(item, PlannedOrder)

    async def _serve(
        self, caller: Caller, work: Iterator[tuple[float, PlannedOrder | PlannedCancellation]]
    ) -> None:
        for due_s, item in work:
            await asyncio.sleep(max(due_s - time.perf_counter(), 0))
            try:
                if isinstance(item, PlannedOrder):
                    await self._order(caller, item)
                else:
                    await self._cancel(item)
            except (UnexpectedAnswer, NeverAnswered) as refusal:
                self.takings.refusals.append(f"{item}: {refusal}"[:2000])
            finally:
                if isinstance(item, PlannedOrder):
                    self._is_sold[item.number].set()

    async def _order(self, caller: Caller, order: PlannedOrder) -> None:
        started_s = time.perf_counter()
        shopper = Shopper(caller)
        lines = [
            Line(self._offers[article.sku], quantity)
            for article, quantity in order.quantities.items()
        ]
        cart = await shopper.fill_cart(lines, currency=CURRENCY)
        answer = await shopper.complete_patiently(attempt_of(cart), patience_s=PATIENCE_S)
        if answer.status != CREATED:
            raise UnexpectedAnswer(answer.told)
        completed = answer.document(Completed)
        self.takings.latencies_ms.append((time.perf_counter() - started_s) * 1000)
        sale = Sale(completed, answer.headers["plaza-consistency"])
        self.takings.sales[order.number] = sale

    async def _cancel(self, cancellation: PlannedCancellation) -> None:
        """The vendor cancels the line, as soon as the order is there."""
        await self._is_sold[cancellation.order].wait()
        sale = self.takings.sales.get(cancellation.order)
        if sale is None:
            raise UnexpectedAnswer("The order was not sold.")
        shop = self._shops[vendor_of(cancellation.article.code, len(self._shops))]
        vendor_order_id, line_id = await self._line(shop, sale, cancellation.article)
        body = {
            "lines": [{"line_id": line_id, "quantity": cancellation.quantity}],
            "reason": REASON,
        }
        await shop.desk.post(f"{shop.path}/orders/{vendor_order_id}/cancel", body)
        self.takings.canceled += 1

    async def _line(self, shop: Shop, sale: Sale, article: Article) -> tuple[str, str]:
        """The vendor's part of the order, and its line of the article, as its queue shows it."""
        (part,) = (
            part for part in sale.completed.vendor_orders if part.vendor_id == shop.vendor_id
        )
        answer = await self._shown(shop, part.id, sale.token)
        shown = answer.document(VendorOrderShown)
        (line_id,) = (line.id for line in shown.lines if line.sku == article.sku)
        return part.id, line_id

    async def _shown(self, shop: Shop, vendor_order_id: str, token: str) -> Answer:
        path = f"{shop.path}/orders/{vendor_order_id}"
        return await shop.desk.ask("GET", path, Plaza_Consistency=token, Prefer=WAITS)
