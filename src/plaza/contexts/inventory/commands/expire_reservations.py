"""Carts have held stock for as long as they may: it is for sale again."""

import msgspec

from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.settling import let_go, lock_stock_of, note_released, settle
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.writing.unit_of_work import UnitOfWork

CHUNK = 50


class ExpireReservations(msgspec.Struct, frozen=True, kw_only=True):
    """The longest overdue first; the database's clock decides."""

    limit: int = CHUNK


async def expire_reservations(command: ExpireReservations, work: UnitOfWork) -> int:
    """Let go of what carts have held for too long; what was taken over meanwhile is not touched.

    Returns:
        How many reservations were overdue.
    """
    connection = await work.connection()
    reservations, rows = Reservations(connection), StockRows(connection)
    overdue = await reservations.overdue(work.now, command.limit)
    await lock_stock_of(overdue, rows)
    found = await reservations.still_held(overdue)
    for reservation in found:
        let_go(reservation, reservation.units, "expired", rows, reservations)
    note_released((reservation.stock_id for reservation in found), rows, None, "expired")
    await settle(rows, reservations, work)
    return len(overdue)
