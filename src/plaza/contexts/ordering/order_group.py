"""The order: what a shopper has bought at once, of however many vendors."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.ordering.events import (
    OrderCanceled,
    OrderCreated,
    OrderFailed,
    OrderPlaced,
    OrderStatus,
    Totals,
)
from plaza.contexts.ordering.order_number import order_number_of
from plaza.kernel.refusals import Conflict, NotThere
from plaza.kernel.states import moved
from plaza.outbox.driver import driver_of
from plaza.writing.aggregate import Aggregates, VersionedRow
from plaza.writing.direct_rows import Question

MOVES: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    "pending": ("placed", "failed", "canceled"),
    "placed": ("canceled",),
    "canceled": (),
    "failed": (),
}

NEXT_ORDINAL = "SELECT nextval('ordering.order_number')"


class CompletionInProgress(Conflict):
    """Somebody else is completing it; asking again in a moment finds the outcome."""

    code = "completion_in_progress"
    title = "The cart is being completed"
    is_passing = True


class OrderGroup(VersionedRow):
    __tablename__ = "order_group"
    __table_args__ = {"schema": "ordering"}  # noqa: RUF012  SQLAlchemy's own form
    is_direct = True

    number: Mapped[str]
    cart_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    address_id: Mapped[UUID]
    status: Mapped[OrderStatus] = mapped_column(Text)
    status_reason: Mapped[str | None]
    currency: Mapped[str]
    subtotal_minor: Mapped[int] = mapped_column(BigInteger)
    delivery_minor: Mapped[int] = mapped_column(BigInteger)
    discount_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger)
    total_minor: Mapped[int] = mapped_column(BigInteger)
    acceptance_s: Mapped[int | None]
    placed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def accept_by(self, now: datetime) -> datetime | None:
        """Until when vendors have to accept what is placed now; None: they need not."""
        return None if self.acceptance_s is None else now + timedelta(seconds=self.acceptance_s)

    def create(self, vendor_ids: list[UUID], now: datetime) -> OrderCreated:
        """The first fact of a new one, which waits for its payment."""
        self.status, self.version, self.created_at = "pending", 1, now
        return OrderCreated(
            **self._ids(),
            number=self.number,
            cart_id=self.cart_id,
            address_id=self.address_id,
            currency=self.currency,
            totals=msgspec.convert(self, Totals, from_attributes=True),
            vendor_ids=vendor_ids,
            created_at=now,
        )

    def place(self, now: datetime) -> OrderPlaced:
        self._move("placed")
        self.placed_at = now
        return OrderPlaced(**self._ids(), placed_at=now)

    def fail(self, reason: str) -> OrderFailed:
        self._move("failed")
        self.status_reason = reason
        return OrderFailed(**self._ids(), reason=reason)

    def cancel(self, reason: str | None, now: datetime) -> OrderCanceled:
        self._move("canceled")
        self.status_reason = reason
        return OrderCanceled(**self._ids(), reason=reason, canceled_at=now)

    def _move(self, wanted: OrderStatus) -> None:
        self.status = moved("order", MOVES, self.status, wanted)
        self.version += 1

    def _ids(self) -> dict[str, Any]:
        return {"order_id": self.id, "version": self.version, "account_id": self.account_id}


LOCKED = Question(
    OrderGroup, "SELECT {columns} FROM ordering.order_group WHERE id = $1 FOR NO KEY UPDATE"
)
OF_CART = Question(
    OrderGroup,
    """
    SELECT {columns} FROM ordering.order_group
    WHERE cart_id = $1 AND status IN ('pending', 'placed')
    """,
)


class Orders(Aggregates[OrderGroup]):
    model_type = OrderGroup

    async def next_number(self) -> str:
        """A number that no other order has; numbers of orders that came to nothing are lost."""
        return order_number_of(await (await driver_of(self.session)).fetchval(NEXT_ORDINAL))

    async def find_locked(self, order_id: UUID) -> OrderGroup:
        """The order, which nobody else changes until the command's end.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        found = await LOCKED.first(self.session, order_id)
        if found is None:
            raise NotThere
        return found

    async def of_cart(self, cart_id: UUID) -> OrderGroup | None:
        """The order that the cart has become: one that is pending or placed."""
        return await OF_CART.first(self.session, cart_id)


# Two callers who complete one cart at once already meet at its lock; this is the safety net.
CONSTRAINTS = {"order_cart_key": (CompletionInProgress, "Ask again in a moment.")}
