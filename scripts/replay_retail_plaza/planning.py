"""What is to be sold, and what of it taken back: orders and cancellations from lines, pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from zlib import crc32

import msgspec

from replay_retail_plaza.invoices import Article, InvoiceLine, article_of, why_not

LINES_PER_ORDER_MAX = 500

# Why a cancellation cancels nothing here.
NOBODYS = "cancellation without customer"
UNMATCHED = "cancellation of what was not sold to the customer before, in this month at this price"
TOO_MANY = "cancellation of more than the customer had left of it"


class PlannedOrder(msgspec.Struct, frozen=True):
    """An invoice, or a part of one that is too long for a cart.

    Attributes:
        number: from 0, in the order of the file.
    """

    number: int
    invoice: str
    day: date
    customer: str
    quantities: dict[Article, int]


class PlannedCancellation(msgspec.Struct, frozen=True):
    """A number of pieces of an article in an order are not wanted any more.

    Attributes:
        after: orders of the file that come before it.
    """

    order: int
    article: Article
    quantity: int
    after: int


class LeftOut(msgspec.Struct):
    """What is no order, of one class."""

    lines: int = 0
    amount: Decimal = Decimal(0)

    def add(self, line: InvoiceLine) -> None:
        self.lines += 1
        self.amount += line.amount


class Plan(msgspec.Struct, frozen=True):
    """All of the file: every line is in one of these."""

    orders: list[PlannedOrder]
    cancellations: list[PlannedCancellation]
    left_out: dict[str, LeftOut]
    total: Decimal
    """Of the whole file."""

    def sold(self) -> Counter[Article]:
        """How many pieces of what are sold in all."""
        sold: Counter[Article] = Counter()
        for order in self.orders:
            sold.update(order.quantities)
        return sold

    def in_turn(self) -> Iterator[PlannedOrder | PlannedCancellation]:
        """Everything in the order of the file."""
        cancellations = iter([*self.cancellations, None])
        canceling = next(cancellations)
        for order in self.orders:
            while canceling is not None and canceling.after <= order.number:
                yield canceling
                canceling = next(cancellations)
            yield order
        while canceling is not None:
            yield canceling
            canceling = next(cancellations)


def plan_of(lines: Iterable[InvoiceLine], invoices_max: int | None = None) -> Plan:
    """Plan the file, or its first invoices only."""
    planner = _Planner()
    for count, (_, group) in enumerate(groupby(lines, key=lambda line: line.invoice)):
        if count == invoices_max:
            break
        planner.take(list(group))
    return planner.plan()


def vendor_of(code: str, vendors: int) -> int:
    """Which of so many vendors sells an article: the same one at every price, in every run."""
    return crc32(code.encode()) % vendors


class _Planner:
    """Takes one invoice after the other."""

    def __init__(self) -> None:
        self._orders: list[PlannedOrder] = []
        self._cancellations: list[PlannedCancellation] = []
        self._left_out: dict[str, LeftOut] = {}
        self._total = Decimal(0)
        # By customer and article: the orders that hold it, and how many are left in each.
        self._left: dict[tuple[str, Article], dict[int, int]] = defaultdict(dict)

    def plan(self) -> Plan:
        return Plan(self._orders, self._cancellations, self._left_out, self._total)

    def take(self, invoice: Sequence[InvoiceLine]) -> None:
        self._total += sum(line.amount for line in invoice)
        sold: Counter[Article] = Counter()
        for line in invoice:
            reason = why_not(line)
            if reason is not None:
                self._leave_out(reason, line)
            elif line.is_cancellation:
                self._cancel(line)
            else:
                sold[article_of(line)] += line.quantity
        for part in parts_of(sold):
            self._order(invoice[0], part)

    def _order(self, first: InvoiceLine, quantities: dict[Article, int]) -> None:
        number = len(self._orders)
        order = PlannedOrder(number, first.invoice, first.day, first.customer, quantities)
        self._orders.append(order)
        for article, quantity in quantities.items():
            self._left[first.customer, article][number] = quantity

    def _cancel(self, line: InvoiceLine) -> None:
        """Take it from the customer's orders, the latest first."""
        if not line.customer:
            self._leave_out(NOBODYS, line)
            return
        article, wanted = article_of(line), -line.quantity
        left = self._left[line.customer, article]
        if not left:
            self._leave_out(UNMATCHED, line)
        elif sum(left.values()) < wanted:
            self._leave_out(TOO_MANY, line)
        else:
            self._cancellations.extend(self._taken(left, article, wanted))

    def _taken(
        self, left: dict[int, int], article: Article, wanted: int
    ) -> Iterator[PlannedCancellation]:
        for order in sorted(left, reverse=True):
            taken = min(wanted, left[order])
            if taken:
                left[order] -= taken
                wanted -= taken
                yield PlannedCancellation(order, article, taken, after=len(self._orders))

    def _leave_out(self, reason: str, line: InvoiceLine) -> None:
        self._left_out.setdefault(reason, LeftOut()).add(line)


def parts_of(sold: dict[Article, int]) -> Iterator[dict[Article, int]]:
    """What fits into a cart each."""
    lines = iter(sold.items())
    while part := dict(islice(lines, LINES_PER_ORDER_MAX)):
        yield part
