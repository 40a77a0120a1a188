"""What a cart costs now, by vendor and line."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from typing import Protocol
from uuid import UUID

import msgspec

from plaza.contexts.ordering.cart_problems import CartProblem, WantedLine, price_now, problems_of
from plaza.contexts.ordering.events import Totals
from plaza.contexts.ordering.goods import OnSale

UNIT = Decimal(1)
NO_RATE = Decimal(0)


class PricedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line at the price of now; one that cannot be bought costs nothing."""

    line_id: UUID
    offer_id: UUID
    vendor_id: UUID
    product_id: UUID
    variant_id: UUID
    title: str
    options: dict[str, str]
    sku: str | None
    image: str | None
    quantity: int
    unit_price_minor: int
    subtotal_minor: int
    discount_minor: int
    tax_rate: Decimal
    tax_minor: int
    total_minor: int
    is_available: bool = True


class VendorPart(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    vendor_name: str
    vendor_slug: str
    lines: list[PricedLine]
    totals: Totals


class PricedCart(msgspec.Struct, frozen=True, kw_only=True):
    """The parts are sorted by their vendors' ids, the lines of each by their own."""

    currency: str
    parts: list[VendorPart]
    totals: Totals
    problems: list[CartProblem]


class Delivery(Protocol):
    """What a vendor charges for delivering these lines, in minor units."""

    def __call__(self, vendor_id: UUID, lines: Sequence[PricedLine]) -> int: ...


class Tax(Protocol):
    """What of an amount, in minor units, is tax."""

    def __call__(self, amount_minor: int, rate: Decimal) -> int: ...


def free_delivery(vendor_id: UUID, lines: Sequence[PricedLine]) -> int:  # noqa: ARG001  a port
    """What delivery costs as long as vendors cannot set anything else."""
    return 0


def included_tax(amount_minor: int, rate: Decimal) -> int:
    """The tax that a price includes, rounded half to even."""
    exact = amount_minor * rate / (UNIT + rate)
    return int(exact.quantize(UNIT, rounding=ROUND_HALF_EVEN))


def priced_cart(
    lines: Iterable[WantedLine],
    goods: Mapping[UUID, OnSale],
    currency: str,
    delivery: Delivery = free_delivery,
    tax: Tax = included_tax,
) -> PricedCart:
    """The cart at the prices of now; every sum is that of its parts, to the last unit."""
    found = sorted(lines, key=lambda line: (line.vendor_id, line.id))
    parts = [
        _part(
            [_priced(line, goods.get(line.offer_id), currency, tax) for line in of_vendor],
            goods,
            delivery,
        )
        for _, of_vendor in groupby(found, key=lambda line: line.vendor_id)
    ]
    return PricedCart(
        currency=currency,
        parts=parts,
        totals=sum_of([part.totals for part in parts]),
        problems=problems_of(found, goods, currency),
    )


def sum_of(totals: Sequence[Totals]) -> Totals:
    """All of them together."""
    return Totals(
        subtotal_minor=sum(each.subtotal_minor for each in totals),
        delivery_minor=sum(each.delivery_minor for each in totals),
        discount_minor=sum(each.discount_minor for each in totals),
        tax_minor=sum(each.tax_minor for each in totals),
        total_minor=sum(each.total_minor for each in totals),
    )


def _part(lines: list[PricedLine], goods: Mapping[UUID, OnSale], delivery: Delivery) -> VendorPart:
    vendor_id = lines[0].vendor_id
    vendor = next((goods[line.offer_id] for line in lines if line.offer_id in goods), None)
    bought = [line for line in lines if line.is_available]
    delivery_minor = delivery(vendor_id, bought) if bought else 0
    totals = Totals(
        subtotal_minor=sum(line.subtotal_minor for line in lines),
        delivery_minor=delivery_minor,
        discount_minor=sum(line.discount_minor for line in lines),
        tax_minor=sum(line.tax_minor for line in lines),
        total_minor=sum(line.total_minor for line in lines) + delivery_minor,
    )
    return VendorPart(
        vendor_id=vendor_id,
        vendor_name="" if vendor is None else vendor.vendor_name,
        vendor_slug="" if vendor is None else vendor.vendor_slug,
        lines=lines,
        totals=totals,
    )


def _priced(line: WantedLine, offer: OnSale | None, currency: str, tax: Tax) -> PricedLine:
    price = price_now(offer, currency)
    total_minor = 0 if price is None else price * line.quantity
    rate = NO_RATE if offer is None else offer.tax_rate
    return PricedLine(
        line_id=line.id,
        offer_id=line.offer_id,
        vendor_id=line.vendor_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        title="" if offer is None else offer.title,
        options={} if offer is None else offer.options,
        sku=None if offer is None else offer.sku,
        image=None if offer is None else offer.image,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor if price is None else price,
        subtotal_minor=total_minor,
        discount_minor=0,
        tax_rate=rate,
        tax_minor=tax(total_minor, rate),
        total_minor=total_minor,
        is_available=price is not None,
    )
