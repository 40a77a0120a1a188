"""Sums per vendor and day: of the file, of what the vendors' queues show, and their difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from replay_retail_plaza.planning import Plan, PlannedOrder, vendor_of


class Sums(msgspec.Struct):
    """In pence; what was canceled belongs to the day on which it was sold."""

    sold_minor: int = 0
    canceled_minor: int = 0

    def plus(self, other: "Sums") -> "Sums":
        return Sums(self.sold_minor + other.sold_minor, self.canceled_minor + other.canceled_minor)

    def minus(self, other: "Sums") -> "Sums":
        return Sums(self.sold_minor - other.sold_minor, self.canceled_minor - other.canceled_minor)

    @property
    def is_nothing(self) -> bool:
        return self == Sums()


VendorDay = tuple[int, date]
ByVendorDay = dict[VendorDay, Sums]


class Entry(msgspec.Struct, frozen=True):
    """A vendor order as a queue shows it."""

    order_id: str
    total_minor: int
    canceled_minor: int


def sums_of_file(plan: Plan, vendors: int) -> ByVendorDay:
    sums: ByVendorDay = defaultdict(Sums)
    for order in plan.orders:
        for article, quantity in order.quantities.items():
            day = sums[vendor_of(article.code, vendors), order.day]
            day.sold_minor += article.price_minor * quantity
    for canceled in plan.cancellations:
        order = plan.orders[canceled.order]
        day = sums[vendor_of(canceled.article.code, vendors), order.day]
        day.canceled_minor += canceled.article.price_minor * canceled.quantity
    return dict(sums)


def sums_shown(
    queues: Iterable[Iterable[Entry]], planned: Mapping[str, PlannedOrder]
) -> ByVendorDay:
    """Sum the queues of the vendors, in their order.

    Args:
        queues: the entries of each.
        planned: what the orders were in the file, by their ids.
    """
    sums: ByVendorDay = defaultdict(Sums)
    for vendor, entries in enumerate(queues):
        for entry in entries:
            day = sums[vendor, planned[entry.order_id].day]
            day.sold_minor += entry.total_minor
            day.canceled_minor += entry.canceled_minor
    return dict(sums)


def residuals(shown: ByVendorDay, file: ByVendorDay) -> ByVendorDay:
    """What differs."""
    nothing = Sums()
    found = {
        key: shown.get(key, nothing).minus(file.get(key, nothing))
        for key in sorted({*shown, *file})
    }
    return {key: difference for key, difference in found.items() if not difference.is_nothing}


def whole(sums: Iterable[Sums]) -> Sums:
    total = Sums()
    for each in sums:
        total = total.plus(each)
    return total
