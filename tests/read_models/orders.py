"""What orders and payments say in these tests."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from plaza.contexts.ordering.events import (
    LINES_PER_FACT_MAX,
    CanceledLine,
    OrderCanceled,
    OrderCreated,
    OrderedLine,
    OrderFailed,
    OrderPlaced,
    Totals,
    VendorOrderAccepted,
    VendorOrderCreated,
    VendorOrderEnded,
    VendorOrderLined,
    VendorOrderLinesCanceled,
    VendorOrderPlaced,
)
from plaza.contexts.payments.events import PaymentEvent, PaymentStatus, ShareChanged
from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from read_models.catalogue import AVendor
from read_models.given import an_event, an_ordered_line

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NUMBERS = count(1)


def totals_of(lines: list[OrderedLine], delivery_minor: int = 0) -> Totals:
    subtotal = sum(line.subtotal_minor for line in lines)
    return Totals(
        subtotal_minor=subtotal,
        delivery_minor=delivery_minor,
        discount_minor=0,
        tax_minor=sum(line.tax_minor for line in lines),
        total_minor=subtotal + delivery_minor,
    )


def a_line(quantity: int = 1, unit_price_minor: int = 1000, **fields: Any) -> OrderedLine:
    total = quantity * unit_price_minor
    amounts = {
        "unit_price_minor": unit_price_minor,
        "subtotal_minor": total,
        "discount_minor": 0,
        "tax_rate": "0.2",
        "tax_minor": total // 6,
        "total_minor": total,
    }
    return an_ordered_line(**({"line_id": new_id(), "quantity": quantity} | amounts | fields))


@dataclass
class AVendorOrder:
    """One vendor's part of an order."""

    order: "AnOrder"
    vendor: AVendor
    lines: list[OrderedLine]
    delivery_minor: int = 0
    id: UUID = field(default_factory=new_id)
    share_id: UUID = field(default_factory=uuid4)

    @property
    def number(self) -> str:
        return f"{self.order.number}-{self.order.vendor_orders.index(self) + 1}"

    @property
    def totals(self) -> Totals:
        return totals_of(self.lines, self.delivery_minor)

    def created(self) -> list[Event]:
        """Told of, with its lines in pieces that fit a fact."""
        created = an_event(
            VendorOrderCreated,
            **self._ids(),
            number=self.number,
            order_number=self.order.number,
            address_id=self.order.address_id,
            currency="GBP",
            totals=self.totals,
            line_count=len(self.lines),
        )
        ranks = range(0, len(self.lines), LINES_PER_FACT_MAX)
        return [created, *(self._lined(rank) for rank in ranks)]

    def placed(self, at: datetime = NOON, accept_by: datetime | None = None) -> Event:
        status = "accepted" if accept_by is None else "pending_acceptance"
        said = {"status": status, "placed_at": at, "accept_by": accept_by}
        return an_event(VendorOrderPlaced, **self._ids(), **said)

    def accepted(self) -> Event:
        return an_event(VendorOrderAccepted, **self._ids())

    def ended(self, kind: type[VendorOrderEnded], reason: str | None = None) -> Event:
        total = self.totals.total_minor
        return an_event(kind, **self._ids(), reason=reason, canceled_minor=total)

    def lines_canceled(self, canceled: dict[int, int], canceled_minor: int) -> Event:
        """Told of how many units of the lines at these places are canceled."""
        told = [
            CanceledLine(line_id=self.lines[place].line_id, canceled_quantity=quantity)
            for place, quantity in canceled.items()
        ]
        said = {"lines": told, "canceled_minor": canceled_minor}
        return an_event(VendorOrderLinesCanceled, **self._ids(), **said)

    def shared(self, status: PaymentStatus, **amounts: int) -> Event:
        ids = {**self._ids(), "share_id": self.share_id, "payment_id": self.order.payment_id}
        none = dict.fromkeys(
            (f"{name}_minor" for name in ("authorized", "captured", "voided", "refunded")), 0
        )
        said = {"amount_minor": self.totals.total_minor, "returning_minor": 0} | none | amounts
        return an_event(ShareChanged, **ids, currency="GBP", status=status, **said)

    def _lined(self, rank: int) -> Event:
        piece = self.lines[rank : rank + LINES_PER_FACT_MAX]
        return an_event(VendorOrderLined, **self._ids(), rank=rank, lines=piece)

    def _ids(self) -> dict[str, Any]:
        return {
            "vendor_order_id": self.id,
            "order_id": self.order.id,
            "vendor_id": self.vendor.id,
            "account_id": self.order.account_id,
        }


@dataclass
class AnOrder:
    account_id: UUID | None = field(default_factory=uuid4)
    id: UUID = field(default_factory=new_id)
    address_id: UUID = field(default_factory=uuid4)
    payment_id: UUID = field(default_factory=uuid4)
    number: str = field(default_factory=lambda: f"K7QD-{next(NUMBERS):04}")
    vendor_orders: list[AVendorOrder] = field(default_factory=list)

    def of(self, vendor: AVendor, *lines: OrderedLine, delivery_minor: int = 0) -> AVendorOrder:
        """With a part of this vendor."""
        self.vendor_orders.append(AVendorOrder(self, vendor, list(lines), delivery_minor))
        return self.vendor_orders[-1]

    @property
    def total_minor(self) -> int:
        return sum(part.totals.total_minor for part in self.vendor_orders)

    def created(self) -> list[Event]:
        """Told of, with its vendor orders and their lines."""
        lines = [line for part in self.vendor_orders for line in part.lines]
        delivery = sum(part.delivery_minor for part in self.vendor_orders)
        created = an_event(
            OrderCreated,
            **self._ids(),
            number=self.number,
            cart_id=uuid4(),
            address_id=self.address_id,
            currency="GBP",
            totals=totals_of(lines, delivery),
            vendor_ids=[part.vendor.id for part in self.vendor_orders],
            created_at=NOON - timedelta(minutes=1),
        )
        return [created, *(event for part in self.vendor_orders for event in part.created())]

    def placed(self) -> list[Event]:
        parts = [part.placed() for part in self.vendor_orders]
        return [an_event(OrderPlaced, **self._ids(), placed_at=NOON), *parts]

    def failed(self) -> Event:
        return an_event(OrderFailed, **self._ids(), reason="insufficient_funds")

    def canceled(self) -> Event:
        return an_event(OrderCanceled, **self._ids(), reason="changed my mind")

    def paid(self, kind: type[PaymentEvent], status: PaymentStatus, **said: Any) -> Event:
        none = {f"{name}_minor": 0 for name in ("authorized", "captured", "voided", "refunded")}
        ids = {**self._ids(), "payment_id": self.payment_id}
        fixed = {"provider": "sandbox", "currency": "GBP", "amount_minor": self.total_minor}
        return an_event(kind, **(ids | fixed | none | said), status=status)

    def _ids(self) -> dict[str, Any]:
        return {"order_id": self.id, "account_id": self.account_id}


def an_order_of_two() -> AnOrder:
    order = AnOrder()
    order.of(AVendor(), a_line(3, 1000), a_line(1, 500), delivery_minor=300)
    order.of(AVendor(), a_line(2, 250))
    return order


def pounds(amount_minor: int) -> dict[str, Any]:
    """As readers are told of an amount."""
    return {"amount_minor": amount_minor, "currency": "GBP"}
