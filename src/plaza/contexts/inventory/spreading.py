"""Offers in several buckets: what is available is spread over rows, so that few buyers meet."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.stock import Stock
from plaza.contexts.inventory.stock_rows import StockRows

BY_BUCKET = attrgetter("bucket")
BY_LOCATION = attrgetter("location_id")


def live(rows: Iterable[Stock]) -> list[Stock]:
    """The rows in use; those of buckets that were given up stay, empty, for their history."""
    return sorted((row for row in rows if row.bucket < row.buckets), key=BY_BUCKET)


def levelled(rows: Sequence[Stock], available: int) -> None:
    """Have so much available in all rows together, in equal parts; what is reserved stays."""
    share, rest = divmod(available, len(rows))
    for place, row in enumerate(rows):
        row.on_hand = row.reserved + share + (place < rest)


async def spread(offer_id: UUID, buckets: int, rows: StockRows, reservations: Reservations) -> None:
    """Spread an offer, of which all rows are locked, over so many buckets at each location."""
    of_offer = sorted(rows.of(offer_id), key=BY_LOCATION)
    for row in of_offer:
        row.buckets = buckets
    left = [row for row in of_offer if row.bucket >= buckets and any(row.levels)]
    kept = {row.location_id: row for row in of_offer if row.bucket == 0}
    if left:
        await _join(left, kept, rows, reservations)
    for _, at_location in groupby(of_offer, key=BY_LOCATION):
        _level(list(at_location), buckets, rows)
    for row in rows.of(offer_id):
        row.note("adjustment", "another number of buckets")


async def _join(
    left: list[Stock], kept: dict[UUID, Stock], rows: StockRows, reservations: Reservations
) -> None:
    """Bring all that lies in given up buckets to the first one of the same location."""
    for reservation in await reservations.open_in([row.id for row in left]):
        reservation.stock_id = kept[rows[reservation.stock_id].location_id].id
        reservations.change(reservation)
    for row in left:
        first = kept[row.location_id]
        first.on_hand += row.on_hand
        first.reserved += row.reserved
        first.backordered += row.backordered
        row.on_hand = row.reserved = row.backordered = 0


def _level(at_location: list[Stock], buckets: int, rows: StockRows) -> None:
    first = at_location[0]
    missing = set(range(buckets)) - {row.bucket for row in at_location}
    opened = [
        first.beside(first.location_id, bucket, is_default=first.is_default)
        for bucket in sorted(missing)
    ]
    for row in opened:
        rows.add(row)
    available = sum(row.available for row in at_location)
    levelled(live([*at_location, *opened]), available)
