"""Letting go of what is reserved, giving it to who waits for it, and writing all of it down."""

from collections.abc import Iterable
from uuid import UUID

from plaza.contexts.inventory.reservation import Reservation, ReservationStatus
from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.writing.failures import RunAnew
from plaza.writing.unit_of_work import UnitOfWork


async def lock_stock_of(found: Iterable[Reservation], rows: StockRows) -> None:
    """Lock the rows of reservations, and all rows of offers that somebody else may wait for."""
    reservations = list(found)
    offer_ids = {reservation.offer_id for reservation in reservations}
    row_ids = {reservation.stock_id for reservation in reservations}
    await rows.lock(offer_ids, row_ids=row_ids, giving=offer_ids)


def let_go(
    reservation: Reservation,
    units: int,
    status: ReservationStatus,
    rows: StockRows,
    reservations: Reservations,
) -> None:
    """Take some of a reservation off its stock row; the caller has the movement noted.

    Raises:
        RunAnew: it has moved to a row that is not locked.
    """
    if reservation.stock_id not in rows:
        raise RunAnew("The reservation has moved to another row of stock.")
    row = rows[reservation.stock_id]
    if reservation.backordered:
        row.backordered -= units
    else:
        row.reserved -= units
    reservation.let_go(units, status)
    reservations.change(reservation)


async def settle(rows: StockRows, reservations: Reservations, work: UnitOfWork) -> None:
    """Give what is available to who waits for it, the oldest first, and write everything."""
    waited_for = {row.offer_id for row in rows if row.backordered}
    if any(rows.available(offer_id) for offer_id in waited_for):
        places = [row.id for row in rows if row.backordered]
        for waiting in await reservations.waiting_in(places):
            _give(waiting, rows, reservations)
    await rows.write(work)
    await reservations.write()


def _give(waiting: Reservation, rows: StockRows, reservations: Reservations) -> None:
    place, order_id = rows[waiting.stock_id], waiting.order_id
    for row in rows.of(waiting.offer_id):
        units = min(row.available, waiting.backordered)
        if not units:
            continue
        place.backordered -= units
        row.reserved += units
        received = waiting.receive(row.id, units)
        reservations.change(waiting)
        if received is not None:
            reservations.add(received)
        for moved in {place.id: place, row.id: row}.values():
            moved.note("reservation", "no longer backordered", order_id)


def note_released(
    touched: Iterable[UUID], rows: StockRows, order_id: UUID | None, reason: str | None = None
) -> None:
    """One movement for each row of which something was let go."""
    for stock_id in dict.fromkeys(touched):
        rows[stock_id].note("release", reason, order_id)
