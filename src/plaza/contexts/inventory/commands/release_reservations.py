"""An order, a vendor's part of it or single lines are canceled: their stock is for sale again."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import msgspec

from plaza.contexts.inventory.reservation import Reservation
from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.settling import let_go, lock_stock_of, note_released, settle
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.kernel.refusals import Conflict
from plaza.writing.unit_of_work import UnitOfWork


class NotReserved(Conflict):
    code = "not_reserved"
    title = "Less is reserved for the line than shall be let go"


class ReleaseReservations(msgspec.Struct, frozen=True, kw_only=True):
    """What to let go of what is held or committed.

    Attributes:
        lines: how many units of which lines; None: all of all lines.
        vendor_order_id: only what is in this part of the order.
    """

    order_id: UUID
    lines: Mapping[UUID, int] | None = None
    vendor_order_id: UUID | None = None


async def release_reservations(command: ReleaseReservations, work: UnitOfWork) -> None:
    """Let go of it; to release the whole of an order twice is as once.

    Raises:
        NotReserved: more of a line was named than is reserved for it.
    """
    connection = await work.connection()
    reservations, rows = Reservations(connection), StockRows(connection)
    of = (command.order_id, command.vendor_order_id, command.lines)
    await lock_stock_of(await reservations.open_of_order(*of, lock=False), rows)
    found = await reservations.open_of_order(*of, lock=True)
    touched = []
    for reservation, units in portions(found, command.lines):
        touched.append(reservation.stock_id)
        let_go(reservation, units, "released", rows, reservations)
    note_released(touched, rows, command.order_id)
    await settle(rows, reservations, work)


def portions(
    found: list[Reservation], lines: Mapping[UUID, int] | None
) -> Iterator[tuple[Reservation, int]]:
    """How much of which reservation goes; of a line first what it waits for, then the youngest.

    Raises:
        NotReserved: more of a line was named than is reserved for it.
    """
    if lines is None:
        yield from ((reservation, reservation.units) for reservation in found)
        return
    left = dict(lines)
    for reservation in sorted(found, key=_turn):
        units = min(reservation.units, left[reservation.line_id])
        if units:
            left[reservation.line_id] -= units
            yield reservation, units
    if any(left.values()):
        missing = {str(line_id): units for line_id, units in left.items() if units}
        raise NotReserved("Ask for no more than the line still has.", lines=missing)


def _turn(reservation: Reservation) -> tuple[bool, int]:
    return not reservation.backordered, -reservation.id.int
