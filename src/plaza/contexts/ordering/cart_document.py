"""A cart as its owner gets it, from every command and question about it."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import CartAddress
from plaza.contexts.ordering.cart import CartStatus
from plaza.contexts.ordering.cart_problems import CartProblem
from plaza.contexts.ordering.events import Totals
from plaza.contexts.ordering.pricing import PricedCart, PricedLine, VendorPart
from plaza.kernel.money import Money


class VendorOfCart(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    name: str


class LineOfCart(msgspec.Struct, frozen=True, kw_only=True):
    """A line at the price of now.

    Attributes:
        tax: what of the total is tax.
        available: whether it can be bought at all; if not, it costs nothing, and its unit price is
            the last one known.
    """

    id: UUID
    offer_id: UUID
    product_id: UUID
    variant_id: UUID
    title: str
    options: dict[str, str]
    sku: str | None
    image: str | None
    quantity: int
    unit_price: Money
    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    available: bool


class SumsOfCart(msgspec.Struct, frozen=True, kw_only=True):
    """The total is subtotal - discount + delivery, and holds the tax."""

    subtotal: Money
    delivery: Money
    discount: Money
    tax: Money
    total: Money


class PartOfCart(SumsOfCart, frozen=True, kw_only=True):
    """What one vendor sells of it."""

    vendor: VendorOfCart
    lines: list[LineOfCart]


class CartDocument(SumsOfCart, frozen=True, kw_only=True):
    """The whole cart; `problems` tell what has changed and what cannot be bought like this."""

    id: UUID
    currency: str
    status: CartStatus
    vendors: list[PartOfCart]
    address: CartAddress | None
    expires_at: datetime
    problems: list[CartProblem]


class ToldCart(msgspec.Struct, frozen=True, kw_only=True):
    """What a cart's document says beside what it costs."""

    id: UUID
    status: CartStatus
    expires_at: datetime
    address: CartAddress | None


def document_of(cart: ToldCart, priced: PricedCart) -> CartDocument:
    """The whole cart; one that is bought, or part of another, has no problems any more."""
    is_in_use = cart.status in {"open", "completing"}
    return CartDocument(
        id=cart.id,
        currency=priced.currency,
        status=cart.status,
        vendors=[_part(part, priced.currency) for part in priced.parts],
        address=cart.address,
        expires_at=cart.expires_at,
        problems=priced.problems if is_in_use else [],
        **_sums(priced.totals, priced.currency),
    )


def _part(part: VendorPart, currency: str) -> PartOfCart:
    return PartOfCart(
        vendor=VendorOfCart(part.vendor_id, part.vendor_slug, part.vendor_name),
        lines=[_line(line, currency) for line in part.lines],
        **_sums(part.totals, currency),
    )


def _sums(totals: Totals, currency: str) -> dict[str, Money]:
    return {
        "subtotal": Money(totals.subtotal_minor, currency),
        "delivery": Money(totals.delivery_minor, currency),
        "discount": Money(totals.discount_minor, currency),
        "tax": Money(totals.tax_minor, currency),
        "total": Money(totals.total_minor, currency),
    }


def _line(line: PricedLine, currency: str) -> LineOfCart:
    return LineOfCart(
        id=line.line_id,
        offer_id=line.offer_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        title=line.title,
        options=line.options,
        sku=line.sku,
        image=line.image,
        quantity=line.quantity,
        unit_price=Money(line.unit_price_minor, currency),
        subtotal=Money(line.subtotal_minor, currency),
        discount=Money(line.discount_minor, currency),
        tax=Money(line.tax_minor, currency),
        total=Money(line.total_minor, currency),
        available=line.is_available,
    )
