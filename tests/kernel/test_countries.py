"""Which two letters are a country."""

import pytest

from plaza.kernel.countries import UnknownCountry, known_countries, refuse_unknown_country

# As many as the standard has assigned; the last one came in 2011.
ASSIGNED = 249


def test_there_are_as_many_as_the_standard_assigns() -> None:
    assert len(known_countries()) == ASSIGNED
    assert {len(code) for code in known_countries()} == {2}
    assert all(code.isascii() and code.isupper() for code in known_countries())


@pytest.mark.parametrize("code", ["GB", "DE", "US", "AQ", "BV", "HM", "SS", "TW", "AX", "UM"])
def test_what_is_assigned_is_a_country(code: str) -> None:
    refuse_unknown_country(code)


# Users' own, unknown, withdrawn, reserved, a name that people use, no country at all.
@pytest.mark.parametrize("code", ["XX", "QQ", "ZZ", "XK", "SU", "YU", "AN", "UK", "EU", "UN", ""])
def test_what_is_not_assigned_is_none(code: str) -> None:
    with pytest.raises(UnknownCountry):
        refuse_unknown_country(code)
