"""A reservation: units of a stock row that a cart or an order holds, or waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from plaza.kernel.ids import new_id
from plaza.kernel.states import moved

ReservationStatus = Literal["held", "committed", "fulfilled", "released", "expired"]

MOVES: Mapping[ReservationStatus, tuple[ReservationStatus, ...]] = {
    "held": ("committed", "released", "expired"),
    "committed": ("fulfilled", "released"),
    "fulfilled": (),
    "released": (),
    "expired": (),
}
OPEN: tuple[ReservationStatus, ...] = ("held", "committed")
"""Reservations in these states are what a stock row's `reserved` and `backordered` add up to."""


@dataclass(slots=True, kw_only=True)
class Reservation:
    """What one line has of one stock row.

    Attributes:
        quantity: units that are there for it.
        backordered: units that it waits for; a reservation has the one or the other, never both.
    """

    id: UUID
    stock_id: UUID
    offer_id: UUID
    vendor_id: UUID
    cart_id: UUID | None
    order_id: UUID | None
    vendor_order_id: UUID | None
    line_id: UUID
    quantity: int = 0
    backordered: int = 0
    status: ReservationStatus = "held"
    expires_at: datetime | None = None
    created_at: datetime | None = None
    """None until the database has said it."""

    @property
    def units(self) -> int:
        return self.quantity + self.backordered

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def move(self, wanted: ReservationStatus) -> None:
        """Go to another state.

        Raises:
            IllegalTransition: the table has no such move.
        """
        self.status = moved("reservation", MOVES, self.status, wanted)

    def let_go(self, units: int, status: ReservationStatus) -> None:
        """Let go of some of it; with the last unit it is over, and keeps what it had.

        Raises:
            IllegalTransition: it cannot end like that.
        """
        if units == self.units:
            self.move(status)
        elif self.backordered:
            self.backordered -= units
        else:
            self.quantity -= units

    def receive(self, stock_id: UUID, units: int) -> "Reservation | None":
        """Take units that have come in to a stock row, of those that it waits for.

        Returns:
            A reservation of these units, where this one still waits for others.
        """
        if units == self.backordered:
            self.stock_id, self.quantity, self.backordered = stock_id, units, 0
            return None
        self.backordered -= units
        return replace(
            self, id=new_id(), stock_id=stock_id, quantity=units, backordered=0, created_at=None
        )


def states_before(wanted: ReservationStatus) -> list[str]:
    """The states from which the wanted one can be reached."""
    return [state for state, following in MOVES.items() if wanted in following]
