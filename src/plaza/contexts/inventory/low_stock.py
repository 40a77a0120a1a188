"""When the vendor is told that little of an offer is left, and that there is enough again.

All rows of an offer in one bucket are locked together, so the command that changes one of them can
tell. Of an offer in several buckets only some are, so a sweeper has to look (`judge_low_stock`).
"""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from plaza.contexts.inventory.events import StockRanLow, StockRecovered
from plaza.contexts.inventory.stock import Stock

BY_OFFER = attrgetter("offer_id")


def low_stock_facts(rows: Iterable[Stock]) -> list[StockRanLow | StockRecovered]:
    """A fact for each offer in one bucket that these rows have brought across its threshold."""
    plain = [row for row in rows if row.buckets == 1 == row.buckets_read and not row.is_alone]
    told = []
    for _, group in groupby(sorted(plain, key=BY_OFFER), key=BY_OFFER):
        of_offer = list(group)
        changed = [row for row in of_offer if row.is_changed]
        known = [row for row in of_offer if not row.is_new]
        if not changed or not known:
            continue
        before = sum(row.read.on_hand - row.read.reserved for row in known)
        after, low_at = sum(row.available for row in of_offer), changed[-1].low_at
        if (before <= low_at) != (after <= low_at):
            told.append(low_fact(changed[-1], after, low_at))
    return told


def low_fact(row: Stock, available: int, low_at: int) -> StockRanLow | StockRecovered:
    """The fact about an offer, which one of its rows publishes."""
    kind = StockRanLow if available <= low_at else StockRecovered
    return kind(
        stock_id=row.id,
        version=row.version,
        offer_id=row.offer_id,
        variant_id=row.variant_id,
        product_id=row.product_id,
        vendor_id=row.vendor_id,
        location_id=row.location_id,
        available=available,
        low_at=low_at,
    )
