"""What stands in the way of buying a cart; every answer about the cart tells it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from plaza.contexts.ordering.goods import OnSale
from plaza.kernel.money import Money

ProblemCode = Literal[
    "price_changed", "insufficient_stock", "vendor_paused", "unavailable", "delivery_required"
]


class WantedLine(Protocol):
    """A line of a cart, however it was read."""

    @property
    def id(self) -> UUID: ...
    @property
    def offer_id(self) -> UUID: ...
    @property
    def vendor_id(self) -> UUID: ...
    @property
    def product_id(self) -> UUID: ...
    @property
    def variant_id(self) -> UUID: ...
    @property
    def quantity(self) -> int: ...
    @property
    def unit_price_minor(self) -> int: ...


class CartProblem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to know, or to settle, before the cart is completed.

    Attributes:
        was: the price when the line was put in or last changed.
        present: the price that counts now.
        requested: how many the cart wants of an offer.
        available: how many of them it can have.
    """

    code: ProblemCode
    detail: str
    line_id: UUID | None = None
    offer_id: UUID | None = None
    vendor_id: UUID | None = None
    was: Money | None = None
    present: Money | None = msgspec.field(default=None, name="is")
    requested: int | None = None
    available: int | None = None


def price_now(offer: OnSale | None, currency: str) -> int | None:
    """What one of it costs; None where it cannot be bought for that money, or not at all."""
    if offer is None or not offer.is_listed or offer.vendor_standing == "gone":
        return None
    return offer.prices.get(currency)


def problems_of(
    lines: Sequence[WantedLine], goods: Mapping[UUID, OnSale], currency: str
) -> list[CartProblem]:
    """The problems of all lines, in the lines' order; a paused vendor is named once."""
    problems: list[CartProblem] = []
    paused: set[UUID] = set()
    for line in lines:
        offer = goods.get(line.offer_id)
        price = price_now(offer, currency)
        if offer is None or price is None:
            problems.append(_unavailable(line))
            continue
        if offer.vendor_standing == "paused" and offer.vendor_id not in paused:
            paused.add(offer.vendor_id)
            problems.append(_paused(offer))
        problems.extend(_of_line(line, offer, price, currency))
    return problems


def _unavailable(line: WantedLine) -> CartProblem:
    return CartProblem(
        code="unavailable",
        detail="It is not for sale any more; the line costs nothing and has to be removed.",
        line_id=line.id,
        offer_id=line.offer_id,
        vendor_id=line.vendor_id,
    )


def _paused(offer: OnSale) -> CartProblem:
    return CartProblem(
        code="vendor_paused",
        detail=f"{offer.vendor_name} sells nothing for a while.",
        vendor_id=offer.vendor_id,
    )


def _of_line(line: WantedLine, offer: OnSale, price: int, currency: str) -> Iterator[CartProblem]:
    if price != line.unit_price_minor:
        yield CartProblem(
            code="price_changed",
            detail="It costs something else now; the cart counts the present price.",
            was=Money(line.unit_price_minor, currency),
            present=Money(price, currency),
            line_id=line.id,
            offer_id=line.offer_id,
            vendor_id=line.vendor_id,
        )
    if line.quantity > offer.available and not offer.allows_backorder:
        available = max(0, offer.available)
        yield CartProblem(
            code="insufficient_stock",
            detail=f"{available} of it are there.",
            requested=line.quantity,
            available=available,
            line_id=line.id,
            offer_id=line.offer_id,
            vendor_id=line.vendor_id,
        )
