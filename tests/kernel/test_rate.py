from decimal import Decimal

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plaza.kernel.rate import RateText, rate_text

PLACES = 6
RATES = st.integers(0, 10**PLACES - 1).map(lambda millionths: Decimal(millionths) / 10**PLACES)


def is_taken(text: str) -> bool:
    try:
        msgspec.convert(text, RateText)
    except msgspec.ValidationError:
        return False
    return True


@given(RATES)
def test_every_rate_is_written_so_that_it_is_read_as_the_same(rate: Decimal) -> None:
    text = rate_text(rate)

    assert is_taken(text)
    assert Decimal(text) == rate
    assert text == "0" or not text.endswith(("0", "."))
    # As a column of six places gives it back.
    assert rate_text(rate.quantize(Decimal("0.000001"))) == text


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats().map(str) | st.text())
@example("1")
@example("1.0")
@example("-0.1")
@example("-0")
@example("0.1234567")
@example("0.2\n")
@example("0.2 ")
@example(".2")
@example("00.2")
@example("0.")
@example("2e-1")
@example("0_0")
@example("\u0660.\u0662")
@example("")
def test_what_is_taken_is_a_rate_and_nothing_else(given_as: object) -> None:
    text = str(given_as)
    if is_taken(text):
        assert 0 <= Decimal(text) < 1
        assert -int(Decimal(text).as_tuple().exponent) <= PLACES
        assert set(text) <= set("0123456789.")


@pytest.mark.parametrize("text", ["0", "0.0", "0.2", "0.000001", "0.999999", "0.200000"])
def test_ordinary_spellings_are_taken(text: str) -> None:
    assert is_taken(text)
