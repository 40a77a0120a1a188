"""What orders say has happened. They name people by ids only."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec

from plaza.kernel.event import Event

LINES_PER_FACT_MAX = 20
LINES_PER_FACT_BYTES_MAX = 56 * 1024
"""A fact is 64 KiB at most; an order may have 500 lines, each of them 17 KiB as JSON at most."""

OrderStatus = Literal["pending", "placed", "canceled", "failed"]
VendorOrderStatus = Literal[
    "pending",
    "pending_acceptance",
    "accepted",
    "completed",
    "declined",
    "expired",
    "canceled",
    "failed",
]
PlacedStatus = Literal["pending_acceptance", "accepted"]
"""What a vendor order may become as it is placed."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts in the order's currency; the total is subtotal - discount + delivery.

    Attributes:
        tax_minor: what of the total is tax, where prices include it.
    """

    subtotal_minor: int
    delivery_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int


class OrderedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was bought; nothing of it changes with the offer afterwards."""

    line_id: UUID
    offer_id: UUID
    product_id: UUID
    variant_id: UUID
    sku: str | None
    title: str
    options: dict[str, str]
    image: str | None
    quantity: int
    unit_price_minor: int
    subtotal_minor: int
    discount_minor: int
    tax_rate: str
    """A decimal, as in `0.2`."""
    tax_minor: int
    total_minor: int


class CanceledLine(msgspec.Struct, frozen=True, kw_only=True):
    line_id: UUID
    canceled_quantity: int
    """All that is canceled of the line now."""


class OrderEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "order"

    order_id: UUID
    account_id: UUID | None
    """None for guests."""


class OrderCreated(OrderEvent, frozen=True, kw_only=True, tag="ordering.order_created.v1"):
    """Its stock is reserved and its payment asked for; `pending` until that has an outcome."""

    number: str
    cart_id: UUID
    address_id: UUID
    currency: str
    totals: Totals
    vendor_ids: list[UUID]
    created_at: datetime


class OrderPlaced(OrderEvent, frozen=True, kw_only=True, tag="ordering.order_placed.v1"):
    placed_at: datetime


class OrderFailed(OrderEvent, frozen=True, kw_only=True, tag="ordering.order_failed.v1"):
    """Nothing was paid; its cart can be completed again."""

    reason: str


class OrderCanceled(OrderEvent, frozen=True, kw_only=True, tag="ordering.order_canceled.v1"):
    """Nothing of it is left."""

    reason: str | None
    canceled_at: datetime


class VendorOrderEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "vendor_order"

    vendor_order_id: UUID
    order_id: UUID
    vendor_id: UUID
    account_id: UUID | None


class VendorOrderCreated(
    VendorOrderEvent, frozen=True, kw_only=True, tag="ordering.vendor_order_created.v1"
):
    """One vendor's part of a pending order; the vendor sees it once the order is placed."""

    number: str
    order_number: str
    address_id: UUID
    currency: str
    totals: Totals
    line_count: int
    created_at: datetime


class VendorOrderLined(
    VendorOrderEvent, frozen=True, kw_only=True, tag="ordering.vendor_order_lined.v1"
):
    """Some of the lines, `LINES_PER_FACT_MAX` at most; ranks go on over all such facts."""

    rank: int
    """Of the first of them in the vendor order, from 0."""
    lines: list[OrderedLine]


class VendorOrderPlaced(
    VendorOrderEvent, frozen=True, kw_only=True, tag="ordering.vendor_order_placed.v1"
):
    status: PlacedStatus
    accept_by: datetime | None
    """Where vendors accept orders: when it expires otherwise."""
    placed_at: datetime


class VendorOrderAccepted(
    VendorOrderEvent, frozen=True, kw_only=True, tag="ordering.vendor_order_accepted.v1"
):
    accepted_at: datetime


class VendorOrderEnded(VendorOrderEvent, frozen=True, kw_only=True):
    """Nothing of it is left: not an event of its own."""

    reason: str | None
    canceled_minor: int
    """All that is canceled of its total now."""
    ended_at: datetime


class VendorOrderDeclined(
    VendorOrderEnded, frozen=True, kw_only=True, tag="ordering.vendor_order_declined.v1"
):
    pass


class VendorOrderExpired(
    VendorOrderEnded, frozen=True, kw_only=True, tag="ordering.vendor_order_expired.v1"
):
    pass


class VendorOrderCanceled(
    VendorOrderEnded, frozen=True, kw_only=True, tag="ordering.vendor_order_canceled.v1"
):
    pass


class VendorOrderFailed(
    VendorOrderEnded, frozen=True, kw_only=True, tag="ordering.vendor_order_failed.v1"
):
    """Its order came to nothing before it was placed."""


class VendorOrderLinesCanceled(
    VendorOrderEvent, frozen=True, kw_only=True, tag="ordering.vendor_order_lines_canceled.v1"
):
    """Something of it is left."""

    lines: list[CanceledLine]
    reason: str | None
    canceled_minor: int
    """All that is canceled of its total now."""
    canceled_at: datetime


class LinesFace(msgspec.Struct):
    """The lines of one vendor order as readers show them."""

    order_id: UUID | None = None
    """None until the vendor order itself has spoken."""
    vendor_id: UUID | None = None
    account_id: UUID | None = None
    currency: str = ""
    lines: dict[int, OrderedLine] = {}
    """By rank."""
    canceled: dict[UUID, int] = {}
    """How many units of a line are canceled."""

    def ranked(self) -> list[tuple[OrderedLine, int]]:
        """The lines in their order, each with how many units of it are canceled."""
        return [
            (line, self.canceled.get(line.line_id, 0)) for _, line in sorted(self.lines.items())
        ]


def _taken_down(face: LinesFace, event: VendorOrderCreated) -> None:
    face.order_id, face.account_id = event.order_id, event.account_id
    face.vendor_id, face.currency = event.vendor_id, event.currency


def _lined(face: LinesFace, event: VendorOrderLined) -> None:
    face.lines |= dict(enumerate(event.lines, event.rank))


def _lines_canceled(face: LinesFace, event: VendorOrderLinesCanceled) -> None:
    face.canceled |= {line.line_id: line.canceled_quantity for line in event.lines}


def _ended(face: LinesFace, _: VendorOrderEnded) -> None:
    face.canceled = {line.line_id: line.quantity for line in face.lines.values()}


LINES_FACE: Mapping[type[Event], Callable[[Any, Any], None]] = {
    VendorOrderCreated: _taken_down,
    VendorOrderLined: _lined,
    VendorOrderLinesCanceled: _lines_canceled,
    VendorOrderDeclined: _ended,
    VendorOrderExpired: _ended,
    VendorOrderCanceled: _ended,
    VendorOrderFailed: _ended,
}
"""How the lines follow from the events, for every read model that shows them."""

ENDINGS: Mapping[type[VendorOrderEnded], VendorOrderStatus] = {
    VendorOrderDeclined: "declined",
    VendorOrderExpired: "expired",
    VendorOrderCanceled: "canceled",
    VendorOrderFailed: "failed",
}
"""The states in which nothing is left, by the event that tells of it."""


def in_pieces(lines: Iterable[OrderedLine]) -> Iterator[tuple[int, list[OrderedLine]]]:
    """The lines in their order, as many at once as fit a fact, with the rank of the first."""
    first, size_bytes = 0, 0
    piece: list[OrderedLine] = []
    for rank, line in enumerate(lines):
        line_bytes = len(msgspec.json.encode(line))
        is_full = size_bytes + line_bytes > LINES_PER_FACT_BYTES_MAX
        if piece and (is_full or len(piece) == LINES_PER_FACT_MAX):
            yield first, piece
            first, piece, size_bytes = rank, [], 0
        piece.append(line)
        size_bytes += line_bytes
    if piece:
        yield first, piece


def canceled_amount(amount_minor: int, canceled_quantity: int, quantity: int) -> int:
    """What of an amount for `quantity` units the canceled ones are; all of them are all of it."""
    return amount_minor * canceled_quantity // quantity
