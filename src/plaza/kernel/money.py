"""Money: an integer amount in a currency's minor unit."""

from functools import cache
from itertools import chain
from typing import Annotated

import msgspec
from babel.core import get_global
from msgspec import Meta

# Below 2^53, so that a JavaScript client reads the same integer.
AMOUNT_MINOR_MAX = 9_007_199_254_740_991
PRICE_MINOR_MAX = 1_000_000_000_000

# As ISO 4217 has them. CLDR tells how cash is counted instead: to it the dinar of Serbia has none,
# although amounts of it are counted in hundredths.
DECIMALS_MOSTLY = 2
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

MINOR = "In the currency's minor unit; some currencies have none"

AmountMinor = Annotated[int, Meta(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX, description=MINOR)]
PriceMinor = Annotated[int, Meta(ge=0, le=PRICE_MINOR_MAX, description=MINOR)]
CurrencyCode = Annotated[
    str, Meta(pattern=r"^[A-Z]{3}\Z", description="ISO 4217 in capitals, as in `EUR`")
]


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount: `{"amount_minor": 1999, "currency": "EUR"}` is 19.99 euros."""

    amount_minor: AmountMinor
    currency: CurrencyCode


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one unit costs; never below zero."""

    amount_minor: PriceMinor
    currency: CurrencyCode


@cache
def known_currencies() -> frozenset[str]:
    """The ISO 4217 codes of what is legal tender somewhere today, as far as CLDR knows."""
    used = chain.from_iterable(get_global("territory_currencies").values())
    return frozenset(code for code, _, ended, is_tender in used if is_tender and ended is None)


def decimals_of(currency: str) -> int:
    """Digits behind the decimal point of a currency: 0 (JPY), 2 (EUR) or 3 (KWD)."""
    return _DECIMALS.get(currency, DECIMALS_MOSTLY)
