"""Amounts and currencies."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaza.kernel.money import (
    AMOUNT_MINOR_MAX,
    PRICE_MINOR_MAX,
    Money,
    Price,
    decimals_of,
    known_currencies,
)

CURRENCIES = st.sampled_from(sorted(known_currencies()))


@given(st.integers(0, PRICE_MINOR_MAX), CURRENCIES)
def test_a_price_within_bounds_is_written_and_read_exactly(amount: int, currency: str) -> None:
    price = Price(amount, currency)
    assert msgspec.json.decode(msgspec.json.encode(price), type=Price) == price


@given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX))
def test_an_amount_survives_a_reader_that_knows_only_floats(amount: int) -> None:
    assert int(float(amount)) == amount


# fault 75
@given(
    st.integers(max_value=-1)
    | st.integers(min_value=PRICE_MINOR_MAX + 1)
    | st.floats(allow_nan=False).filter(lambda number: not number.is_integer())
    | st.booleans()
    | st.text()
    | st.none()
)
def test_no_price_is_below_zero_a_fraction_or_too_much(amount: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"amount_minor": amount, "currency": "EUR"}, Price)


# fault 75
def test_a_tenth_and_two_tenths_are_no_amounts() -> None:
    for raw in (b"0.1", b"0.30000000000000004", b"1.0", b"1e2", b'"100"'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(b'{"amount_minor":' + raw + b',"currency":"EUR"}', type=Money)


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "EUR\n", "\u20acUR", "", " EUR"])
def test_a_currency_is_exactly_three_capitals(currency: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"amount_minor": 1, "currency": currency}, Money)


@pytest.mark.parametrize("currency", ["DEM", "XAU", "XXX", "USN", "VEF", "ABC"])
def test_what_is_tender_nowhere_is_no_currency_to_sell_in(currency: str) -> None:
    assert currency not in known_currencies()


# CLDR tells how cash is counted: no hundredth of these is coined, but it is what ISO 4217 counts.
UNCOINED = ["AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"]


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        *[("JPY", 0), ("VND", 0), ("ISK", 0), ("UGX", 0), ("EUR", 2), ("GBP", 2), ("HUF", 2)],
        *[("KWD", 3), ("IQD", 3), ("CLF", 4), ("UYW", 4)],
        *[(currency, 2) for currency in UNCOINED],
    ],
)
def test_currencies_have_as_many_decimals_as_iso_4217_says(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals


@given(CURRENCIES)
def test_every_known_currency_has_decimals(currency: str) -> None:
    assert 0 <= decimals_of(currency) <= 4
