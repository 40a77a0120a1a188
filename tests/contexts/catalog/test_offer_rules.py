"""What an offer may cost."""

from typing import Any
from uuid import uuid4

import pytest

from plaza.contexts.catalog.events import OfferedPrice
from plaza.contexts.catalog.offer import InvalidPrice, Offer, OfferIsWithdrawn
from plaza.kernel.money import Price, decimals_of


def an_offer(*prices: Price) -> Offer:
    offer = Offer(
        id=uuid4(), vendor_id=uuid4(), product_id=uuid4(), variant_id=uuid4(), sku=None, prices=[]
    )
    for price in prices:
        offer.set_price(price, None)
    return offer


def test_it_costs_something_of_its_own_in_each_currency() -> None:
    offer = an_offer(Price(500, "JPY"), Price(1999, "EUR"), Price(1250, "KWD"))

    event = offer.create()

    assert event.prices == [
        OfferedPrice("EUR", 1999, None),
        OfferedPrice("JPY", 500, None),
        OfferedPrice("KWD", 1250, None),
    ]
    assert [decimals_of(price.currency) for price in event.prices] == [2, 0, 3]


def test_another_price_leaves_the_other_currencies_as_they_are() -> None:
    offer = an_offer(Price(500, "JPY"), Price(1999, "EUR"))
    offer.create()

    event = offer.change(price=Price(550, "JPY"), compare_at=Price(600, "JPY"))

    assert event is not None
    assert event.prices == [OfferedPrice("EUR", 1999, None), OfferedPrice("JPY", 550, 600)]
    assert event.version == 2


def test_the_comparison_stays_beside_another_price() -> None:
    offer = an_offer(Price(500, "JPY"))
    offer.set_price(Price(100, "GBP"), Price(200, "GBP"))
    offer.create()

    event = offer.change(price=Price(90, "GBP"))

    assert event is not None
    assert event.prices == [OfferedPrice("GBP", 90, 200), OfferedPrice("JPY", 500, None)]


@pytest.mark.parametrize("price_minor", [200, 201])
def test_a_comparison_goes_when_the_price_is_not_below_it_any_more(price_minor: int) -> None:
    offer = an_offer()
    offer.set_price(Price(100, "GBP"), Price(200, "GBP"))
    offer.create()

    event = offer.change(price=Price(price_minor, "GBP"))

    assert event is not None
    assert event.prices == [OfferedPrice("GBP", price_minor, None)]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"price": Price(100, "GBP")},
        {"price": Price(100, "GBP"), "compare_at": Price(200, "GBP")},
        {"compare_at": Price(200, "GBP")},
        {"sku": None},
    ],
)
def test_nothing_follows_from_what_changes_nothing(said: dict[str, Any]) -> None:
    offer = an_offer()
    offer.set_price(Price(100, "GBP"), Price(200, "GBP"))
    offer.create()

    assert offer.change(**said) is None
    assert offer.version == 1


def test_the_comparison_is_set_and_taken_away_alone() -> None:
    offer = an_offer(Price(100, "GBP"), Price(500, "JPY"))

    offer.compare_at(Price(900, "JPY"))
    compared = offer.create().prices
    event = offer.change(compare_at=None)

    assert compared == [OfferedPrice("GBP", 100, None), OfferedPrice("JPY", 500, 900)]
    assert event is not None
    assert event.prices == [OfferedPrice("GBP", 100, None), OfferedPrice("JPY", 500, None)]


@pytest.mark.parametrize("price", [Price(900, "EUR"), Price(100, "GBP"), Price(99, "GBP")])
def test_a_comparison_without_a_lower_price_in_its_currency_is_refused(price: Price) -> None:
    offer = an_offer(Price(100, "GBP"))

    with pytest.raises(InvalidPrice):
        offer.compare_at(price)
    assert offer.create().prices == [OfferedPrice("GBP", 100, None)]


@pytest.mark.parametrize(
    ("price", "compare_at"),
    [
        (Price(100, "GBP"), Price(100, "GBP")),
        (Price(100, "GBP"), Price(99, "GBP")),
        (Price(100, "GBP"), Price(200, "EUR")),
        (Price(100, "ZZZ"), None),
        (Price(100, "XYZ"), Price(200, "XYZ")),
    ],
)
def test_a_price_that_cannot_be_is_refused(price: Price, compare_at: Price | None) -> None:
    offer = an_offer()

    with pytest.raises(InvalidPrice):
        offer.set_price(price, compare_at)
    assert offer.prices == []


def test_what_is_withdrawn_is_neither_changed_nor_withdrawn_again() -> None:
    offer = an_offer(Price(100, "GBP"))
    offer.create()
    withdrawn = offer.withdraw()

    for again in (offer.withdraw, offer.change):
        with pytest.raises(OfferIsWithdrawn):
            again()
    assert (offer.status, offer.version, withdrawn.version) == ("withdrawn", 2, 2)
