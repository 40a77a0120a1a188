"""The vendor order: one vendor's part of an order, with a state of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, ForeignKey, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from plaza.contexts.ordering.events import (
    ENDINGS,
    CanceledLine,
    PlacedStatus,
    Totals,
    VendorOrderAccepted,
    VendorOrderCreated,
    VendorOrderEvent,
    VendorOrderLined,
    VendorOrderLinesCanceled,
    VendorOrderPlaced,
    VendorOrderStatus,
    in_pieces,
)
from plaza.contexts.ordering.order_line import OrderLine
from plaza.kernel.refusals import Conflict, NotThere
from plaza.kernel.states import moved
from plaza.writing.aggregate import Aggregates, VersionedRow
from plaza.writing.direct_rows import Question, flush

# Until its order is placed it is `pending`, which only the shopper sees. A shopper may cancel what
# the vendor has not accepted yet.
MOVES: dict[VendorOrderStatus, tuple[VendorOrderStatus, ...]] = {
    "pending": ("pending_acceptance", "accepted", "canceled", "failed"),
    "pending_acceptance": ("accepted", "declined", "expired", "canceled"),
    "accepted": ("completed", "canceled"),
    "completed": (),
    "declined": (),
    "expired": (),
    "canceled": (),
    "failed": (),
}

UNPLACED: tuple[VendorOrderStatus, ...] = ("pending", "failed")
PLACED = 2
"""The version after it was placed; whatever follows has a higher one."""
EVENT_OF_END = {status: event for event, status in ENDINGS.items()}


class AcceptanceOver(Conflict):
    code = "acceptance_over"
    title = "The time to accept it is over"


class VendorOrder(VersionedRow):
    __tablename__ = "vendor_order"
    __table_args__ = {"schema": "ordering"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    order_id: Mapped[UUID] = mapped_column(ForeignKey("ordering.order_group.id"))
    vendor_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    number: Mapped[str]
    status: Mapped[VendorOrderStatus] = mapped_column(Text)
    status_reason: Mapped[str | None]
    currency: Mapped[str]
    subtotal_minor: Mapped[int] = mapped_column(BigInteger)
    delivery_minor: Mapped[int] = mapped_column(BigInteger)
    discount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    canceled_minor: Mapped[int] = mapped_column(BigInteger)
    accept_by: Mapped[datetime | None]
    lines: Mapped[list[OrderLine]] = relationship(order_by=OrderLine.rank, lazy="raise")

    @property
    def is_over(self) -> bool:
        return self.status in EVENT_OF_END

    @property
    def was_placed(self) -> bool:
        """Whether its vendor has ever seen it.

        One that was canceled tells by its version: unplaced, it has changed only once.
        """
        return self.status not in UNPLACED and (self.status != "canceled" or self.version > PLACED)

    def create(
        self, order_number: str, address_id: UUID, now: datetime, lines: list[OrderLine]
    ) -> list[VendorOrderEvent]:
        """The first facts of a new one: what it is, then its lines in pieces that fit a fact."""
        self.status, self.canceled_minor, self.version = "pending", 0, 1
        created = VendorOrderCreated(
            **self._ids(),
            number=self.number,
            order_number=order_number,
            address_id=address_id,
            currency=self.currency,
            totals=msgspec.convert(self, Totals, from_attributes=True),
            line_count=len(lines),
            created_at=now,
        )
        ordered = [line.ordered() for line in lines]
        return [
            created,
            *(
                VendorOrderLined(**self._ids(), rank=rank, lines=piece)
                for rank, piece in in_pieces(ordered)
            ),
        ]

    def place(self, now: datetime, accept_by: datetime | None) -> VendorOrderPlaced:
        """Show it to the vendor.

        Args:
            now: the database's time.
            accept_by: until when the vendor has to accept it; None: it is accepted as it is.
        """
        status: PlacedStatus = "accepted" if accept_by is None else "pending_acceptance"
        self._move(status)
        self.accept_by = accept_by
        return VendorOrderPlaced(**self._ids(), status=status, accept_by=accept_by, placed_at=now)

    def accept(self, now: datetime) -> VendorOrderAccepted:
        """Promise to send it.

        Raises:
            AcceptanceOver: the time for that is over, whether a sweeper came by or not.
            IllegalTransition: it does not wait for that.
        """
        moved("vendor order", MOVES, self.status, "accepted")
        if self.accept_by is not None and self.accept_by <= now:
            raise AcceptanceOver("It had to be accepted earlier; it is about to expire.")
        self._move("accepted")
        self.accept_by = None
        return VendorOrderAccepted(**self._ids(), accepted_at=now)

    def end(self, status: VendorOrderStatus, reason: str | None, now: datetime) -> VendorOrderEvent:
        """End all that is left of it: declined, expired, canceled or failed."""
        self._move(status)
        self.status_reason, self.accept_by = reason, None
        self.canceled_minor = self.total_minor
        return EVENT_OF_END[status](
            **self._ids(), reason=reason, canceled_minor=self.canceled_minor, ended_at=now
        )

    def cancel_lines(
        self, quantities: Mapping[UUID, int], reason: str | None, now: datetime
    ) -> VendorOrderEvent:
        """Cancel some of its lines; when nothing is left, it is canceled.

        Raises:
            NotThere: a line is not of this vendor order.
            TooManyCanceled: fewer are left of a line.
            IllegalTransition: it is over.
        """
        lines = {line.id: line for line in self.lines}
        if not quantities.keys() <= lines.keys():
            raise NotThere
        # Lines can be canceled as long as the whole can.
        moved("vendor order", MOVES, self.status, "canceled")
        taken = sum(lines[line_id].cancel(n) for line_id, n in quantities.items())
        if all(line.left == 0 for line in self.lines):
            return self.end("canceled", reason, now)
        self.canceled_minor += taken
        self.version += 1
        canceled = [
            CanceledLine(line_id=line_id, canceled_quantity=lines[line_id].canceled_quantity)
            for line_id in quantities
        ]
        return VendorOrderLinesCanceled(
            **self._ids(),
            lines=canceled,
            reason=reason,
            canceled_minor=self.canceled_minor,
            canceled_at=now,
        )

    def _move(self, wanted: VendorOrderStatus) -> None:
        self.status = moved("vendor order", MOVES, self.status, wanted)
        self.version += 1

    def _ids(self) -> dict[str, Any]:
        return {
            "vendor_order_id": self.id,
            "version": self.version,
            "order_id": self.order_id,
            "vendor_id": self.vendor_id,
            "account_id": self.account_id,
        }


OF_ORDER = "SELECT {columns} FROM ordering.vendor_order WHERE order_id = $1 ORDER BY id"
PARTS = Question(VendorOrder, OF_ORDER)
PARTS_LOCKED = Question(VendorOrder, f"{OF_ORDER} FOR NO KEY UPDATE")


class VendorOrders(Aggregates[VendorOrder]):
    model_type = VendorOrder

    async def of_vendor(self, vendor_order_id: UUID, vendor_id: UUID) -> VendorOrder:
        """The vendor's own, with its lines; nobody else changes it until the command's end.

        Raises:
            NotThere: there is none, it is another vendor's, or its order was never placed.
        """
        part = await self.find_locked(vendor_order_id)
        if part.vendor_id != vendor_id or not part.was_placed:
            raise NotThere
        return part

    async def find_locked(self, vendor_order_id: UUID) -> VendorOrder:
        """The vendor order with its lines, which nobody else changes until the command's end.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        wanted = select(VendorOrder).where(VendorOrder.id == vendor_order_id)
        locked = wanted.with_for_update(key_share=True).options(selectinload(VendorOrder.lines))
        await flush(self.session)
        found: VendorOrder | None = await self.session.scalar(
            locked.execution_options(populate_existing=True)
        )
        if found is None:
            raise NotThere
        return found

    async def cancel_lines_of(self, vendor_order_ids: Sequence[UUID]) -> None:
        """Count all units of their lines as canceled."""
        canceling = update(OrderLine).values(canceled_quantity=OrderLine.quantity)
        await self.session.execute(
            canceling.where(OrderLine.vendor_order_id.in_(vendor_order_ids)),
            execution_options={"synchronize_session": False},
        )

    async def of_order(self, order_id: UUID) -> list[VendorOrder]:
        """All parts of an order, in the order of their numbers."""
        return await PARTS.all(self.session, order_id)

    async def of_order_locked(self, order_id: UUID) -> list[VendorOrder]:
        """The same, which nobody else changes until the command's end."""
        return await PARTS_LOCKED.all(self.session, order_id)
