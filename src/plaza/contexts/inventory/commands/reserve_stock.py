"""A cart or an order reserves what its lines ask for, all of it or nothing."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.inventory.reservation import Reservation
from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.settling import let_go, settle
from plaza.contexts.inventory.stock import Stock
from plaza.contexts.inventory.stock_rows import Availability, StockRows
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict
from plaza.writing.failures import RunAnew
from plaza.writing.unit_of_work import UnitOfWork


class InsufficientStock(Conflict):
    code = "insufficient_stock"
    title = "Less is available than asked for"


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What one line wants of one offer.

    Attributes:
        told_as: the id under which the shopper knows the line, where that is another one.
    """

    line_id: UUID
    vendor_order_id: UUID | None
    offer_id: UUID
    quantity: int
    told_as: UUID | None = None


class ReserveStock(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly one of order and cart is named.

    Attributes:
        expires_at: when what a cart holds is let go; what an order holds never is by itself.
        takes_over_cart: the cart whose held reservations are let go in the same step.
    """

    order_id: UUID | None
    cart_id: UUID | None
    demands: tuple[Demand, ...]
    expires_at: datetime | None
    takes_over_cart: UUID | None = None


async def reserve_stock(command: ReserveStock, work: UnitOfWork) -> None:
    """Reserve the demands, summed per offer; the last thing that a transaction does to stock.

    The first attempt takes one bucket of each offer in several, without waiting. Where that does
    not tell whether there is enough, a second attempt locks all rows of all the offers.

    Raises:
        InsufficientStock: naming every offer of which too little is available.
        RunAnew: only at the first attempt, for the second one.
    """
    connection = await work.connection()
    taking, reservations = Taking(command, work, StockRows(connection)), Reservations(connection)
    await taking.lock(reservations)
    missing = taking.missing()
    if missing and work.attempt == 0:
        await taking.pick(missing)
        await taking.judge(taking.missing())
    elif missing:
        # Rows may have been added while it waited; nobody can add any from here on.
        await taking.lock(reservations)
        taking.refuse({offer: taking.locked(offer) for offer in taking.missing()})
    taking.take(reservations)
    await settle(taking.rows, reservations, work)


class Taking:
    """One run of the command.

    Attributes:
        rows: what it has locked.
    """

    def __init__(self, command: ReserveStock, work: UnitOfWork, rows: StockRows) -> None:
        self.rows = rows
        self._command = command
        self._attempt = work.attempt
        self._wanted: Counter[UUID] = Counter()
        for demand in command.demands:
            self._wanted[demand.offer_id] += demand.quantity
        self._freed: Counter[UUID] = Counter()
        self._is_freed = False

    async def lock(self, reservations: Reservations) -> None:
        """Lock rows; let go of what the cart holds in them, if it is taken over."""
        cart_id = self._command.takes_over_cart
        held = [] if cart_id is None else await reservations.held_in_cart(cart_id, lock=False)
        offer_ids = {reservation.offer_id for reservation in held}
        await self.rows.lock(
            self._wanted.keys() | offer_ids,
            row_ids={reservation.stock_id for reservation in held},
            giving=offer_ids,
            everything=self._attempt > 0,
        )
        if cart_id is None or self._is_freed:
            return
        self._is_freed = True
        for reservation in await reservations.held_in_cart(cart_id, lock=True):
            self._freed[reservation.offer_id] += reservation.quantity
            let_go(reservation, reservation.units, "released", self.rows, reservations)

    def locked(self, offer_id: UUID) -> Availability:
        """What is available in the locked rows of the offer."""
        allows_backorder = any(row.allows_backorder for row in self.rows.of(offer_id))
        return Availability(self.rows.available(offer_id), allows_backorder)

    def missing(self) -> list[UUID]:
        """Offers of which the locked rows have too little."""
        return [
            offer_id
            for offer_id, quantity in self._wanted.items()
            if self.rows.available(offer_id) < quantity
        ]

    async def pick(self, missing: Collection[UUID]) -> None:
        """Take a bucket of each offer of which not all rows are locked."""
        in_buckets = {
            offer_id: self._wanted[offer_id]
            for offer_id in missing
            if not any(row.buckets == 1 for row in self.rows.of(offer_id))
        }
        if in_buckets:
            await self.rows.pick(in_buckets)

    async def judge(self, missing: Collection[UUID]) -> None:
        """Tell offers that are sold out from those that have more in rows which are not locked.

        Raises:
            InsufficientStock: one look at all rows has found too little.
            RunAnew: it has found more than is locked.
        """
        if not missing:
            return
        found = await self.rows.availability(missing)
        in_all = {
            offer_id: Availability(found.units + self._freed[offer_id], found.allows_backorder)
            for offer_id, found in found.items()
        }
        self.refuse(in_all)
        if any(in_all[offer_id] != self.locked(offer_id) for offer_id in missing):
            raise RunAnew("There is more in rows that others are at.")

    def refuse(self, availability: Mapping[UUID, Availability]) -> None:
        """Refuse if there is too little of any of the offers, naming all of them.

        Raises:
            InsufficientStock: there is, and it cannot be ordered in advance.
        """
        short = [
            self._shortage(offer_id, found.units)
            for offer_id, found in availability.items()
            if found.units < self._wanted[offer_id] and not found.allows_backorder
        ]
        if short:
            message = "Ask for no more than is available, or leave these lines out."
            raise InsufficientStock(message, lines=short)

    def take(self, reservations: Reservations) -> None:
        """Reserve each line's units in the rows, and what is not there as backordered."""
        for demand in self._command.demands:
            self._take(demand, reservations)
        for row in self.rows:
            # What is let go and taken again in one row has not moved.
            is_more = row.reserved + row.backordered > row.read.reserved + row.read.backordered
            row.note("reservation" if is_more else "release", None, self._command.order_id)

    def _take(self, demand: Demand, reservations: Reservations) -> None:
        left, rows = demand.quantity, self.rows.of(demand.offer_id)
        for row in rows:
            units = min(row.available, left)
            if units:
                row.reserved += units
                left -= units
                reservations.add(self._reserved(row, demand, quantity=units))
        if left:
            row = rows[0]
            row.backordered += left
            reservations.add(self._reserved(row, demand, backordered=left))

    def _reserved(
        self, row: Stock, demand: Demand, *, quantity: int = 0, backordered: int = 0
    ) -> Reservation:
        return Reservation(
            id=new_id(),
            stock_id=row.id,
            offer_id=row.offer_id,
            vendor_id=row.vendor_id,
            cart_id=self._command.cart_id,
            order_id=self._command.order_id,
            vendor_order_id=demand.vendor_order_id,
            line_id=demand.line_id,
            quantity=quantity,
            backordered=backordered,
            expires_at=self._command.expires_at,
        )

    def _shortage(self, offer_id: UUID, available: int) -> dict[str, object]:
        asking = [demand for demand in self._command.demands if demand.offer_id == offer_id]
        return {
            "offer_id": offer_id,
            "line_ids": [demand.told_as or demand.line_id for demand in asking],
            "requested": self._wanted[offer_id],
            "available": available,
        }
