"""What a cart costs: every sum is that of its parts, to the last unit, whatever the currency."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plaza.contexts.ordering.events import Totals
from plaza.contexts.ordering.goods import OnSale
from plaza.contexts.ordering.pricing import PricedCart, included_tax, priced_cart
from plaza.contexts.ordering.queries.get_cart import StoredLine
from plaza.kernel.money import PRICE_MINOR_MAX, decimals_of

CURRENCIES = ("JPY", "GBP", "KWD")
RATES = [Decimal(text) for text in ("0", "0.05", "0.2", "0.125", "0.077", "0.999999")]


def on_sale(number: int, vendor: int, prices: dict[str, int], rate: Decimal) -> OnSale:
    return OnSale(
        offer_id=UUID(int=number),
        vendor_id=UUID(int=vendor),
        product_id=UUID(int=number),
        variant_id=UUID(int=number),
        title=f"Offer {number}",
        options={},
        sku=None,
        image=None,
        prices=prices,
        vendor_name=f"Vendor {vendor}",
        vendor_slug=f"vendor-{vendor}",
        vendor_standing="selling",
        is_listed=True,
        available=1_000_000,
        allows_backorder=False,
        tax_rate=rate,
    )


def line_of(offer: OnSale, quantity: int, unit_price_minor: int = 0) -> StoredLine:
    return StoredLine(
        id=offer.offer_id,
        offer_id=offer.offer_id,
        vendor_id=offer.vendor_id,
        product_id=offer.product_id,
        variant_id=offer.variant_id,
        quantity=quantity,
        unit_price_minor=unit_price_minor,
    )


@some.composite
def carts(draw: some.DrawFn) -> PricedCart:
    """Carts of several vendors, each with a rate of its own; some things have no price."""
    currency = draw(some.sampled_from(CURRENCIES))
    rates = draw(some.lists(some.sampled_from(RATES), min_size=1, max_size=4))
    wanted = draw(
        some.lists(
            some.tuples(
                some.integers(0, len(rates) - 1),
                some.integers(0, PRICE_MINOR_MAX) | some.none(),
                some.integers(1, 10_000),
            ),
            max_size=30,
        )
    )
    goods = [
        on_sale(number, vendor, {} if price is None else {currency: price}, rates[vendor])
        for number, (vendor, price, _) in enumerate(wanted)
    ]
    lines = [
        line_of(offer, quantity) for offer, (_, _, quantity) in zip(goods, wanted, strict=True)
    ]
    return priced_cart(
        lines,
        {offer.offer_id: offer for offer in goods},
        currency,
        delivery=lambda vendor_id, lines: 7 * len(lines) + vendor_id.int,
    )


@given(carts())
def test_the_whole_is_the_sum_of_its_parts(cart: PricedCart) -> None:
    for name in Totals.__struct_fields__:
        assert getattr(cart.totals, name) == sum(getattr(part.totals, name) for part in cart.parts)
    for part in cart.parts:
        totals = part.totals
        assert totals.subtotal_minor == sum(line.subtotal_minor for line in part.lines)
        assert totals.tax_minor == sum(line.tax_minor for line in part.lines)
        assert totals.total_minor == (
            totals.subtotal_minor - totals.discount_minor + totals.delivery_minor
        )


@given(carts())
def test_a_line_is_its_quantity_times_its_price_and_holds_its_tax(cart: PricedCart) -> None:
    for line in [line for part in cart.parts for line in part.lines]:
        bought = line.quantity if line.is_available else 0
        assert line.subtotal_minor == line.total_minor == bought * line.unit_price_minor
        assert 0 <= line.tax_minor <= line.total_minor
        exact = line.total_minor * line.tax_rate / (1 + line.tax_rate)
        assert abs(line.tax_minor - exact) <= Decimal("0.5")


@given(carts())
def test_parts_stand_in_the_order_of_their_vendors_and_what_cannot_be_had_is_told(
    cart: PricedCart,
) -> None:
    vendors = [part.vendor_id for part in cart.parts]
    assert vendors == sorted(set(vendors))
    missing = {line.line_id for part in cart.parts for line in part.lines if not line.is_available}
    assert missing == {each.line_id for each in cart.problems if each.code == "unavailable"}


@pytest.mark.parametrize(
    ("amount_minor", "rate", "tax_minor"),
    [
        (120, "0.2", 20),
        (1, "1", 0),
        (3, "1", 2),
        (5, "1", 2),
        (1_999, "0.19", 319),
        (100, "0", 0),
        (10_000_000_000_000_000, "0.2", 1_666_666_666_666_667),
    ],
)
def test_halves_go_to_the_even_unit(amount_minor: int, rate: str, tax_minor: int) -> None:
    assert included_tax(amount_minor, Decimal(rate)) == tax_minor


def test_the_currencies_have_all_exponents() -> None:
    assert [decimals_of(currency) for currency in CURRENCIES] == [0, 2, 3]


def test_a_vendor_that_sells_nothing_of_it_asks_for_no_delivery() -> None:
    offer = on_sale(1, 1, {"EUR": 5}, Decimal(0))

    cart = priced_cart(
        [line_of(offer, 2, 5)],
        {offer.offer_id: offer},
        "GBP",
        delivery=lambda vendor_id, lines: len(lines) + vendor_id.int,
    )

    assert cart.totals.total_minor == 0
    assert cart.parts[0].lines[0].unit_price_minor == 5


def test_an_offer_that_is_not_found_is_unavailable() -> None:
    offer = on_sale(1, 1, {"GBP": 5}, Decimal(0))

    cart = priced_cart([line_of(offer, 2, 5)], {}, "GBP")

    assert [problem.code for problem in cart.problems] == ["unavailable"]
    assert cart.totals.total_minor == 0
