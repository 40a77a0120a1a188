"""A reservation: units of a stock row that a cart or an order holds, or waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

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
"""Of these, a stock row's `reserved` and `backordered` are the sums."""


@dataclass(slots=True, kw_only=True)
class Reservation:
    """What one line has of one stock row.

    Attributes:
        quantity: units that are there for it; what is let go in part is let go from here.
        backordered: units that it waits for; a reservation has either, never both.
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


def states_before(wanted: ReservationStatus) -> list[str]:
    """From which states the wanted one is reached."""
    return [state for state, following in MOVES.items() if wanted in following]
