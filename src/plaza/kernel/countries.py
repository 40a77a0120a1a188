"""Countries: two letters of ISO 3166-1."""

from functools import cache

from babel.core import get_global

from plaza.kernel.refusals import Unprocessable

NO_COUNTRY = frozenset({"ZZ"})
"""What CLDR calls a territory that is not known."""
UNINHABITED = frozenset({"BV", "HM"})
"""Bouvet Island, Heard and McDonald Islands: CLDR knows no clocks there."""


class UnknownCountry(Unprocessable):
    code = "unknown_country"
    title = "Not a country of ISO 3166-1"


@cache
def known_countries() -> frozenset[str]:
    """The ISO 3166-1 alpha-2 codes: those of whose clocks CLDR knows, and two without any.

    CLDR's lists of names and currencies also hold what is gone or was never assigned (SU, XK).
    """
    zoned = {code for code in get_global("territory_zones") if len(code) == len("GB")}
    return frozenset(zoned - NO_COUNTRY | UNINHABITED)


def refuse_unknown_country(code: str) -> None:
    """Raise UnknownCountry, unless there is such a country."""
    if code not in known_countries():
        raise UnknownCountry(f"{code} is not a country of ISO 3166-1.")
