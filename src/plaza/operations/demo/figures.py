"""Stock, former prices and euro prices that the merchant's file does not hold.

They look random and never change: each follows from a digest of the stock code.
"""

from hashlib import sha256

_SOLD_OUT_PERCENT, _LOW_PERCENT = 6, 5
_REDUCED_PERCENT, _IN_EUROS_PERCENT, _OFFERED_TWICE_PER_MILLE = 8, 10, 42
_EURO_CENTS_PER_POUND = 117


def number_below(limit: int, purpose: str, sku: str) -> int:
    """Draws a number from 0 to ``limit - 1`` that depends on nothing but its arguments."""
    return int.from_bytes(sha256(f"{purpose}:{sku}".encode()).digest()[:8], "big") % limit


def stock_of(sku: str) -> int:
    """Most articles are plentiful, some are nearly sold out, a few are gone."""
    percentile = number_below(100, "scarcity", sku)
    if percentile < _SOLD_OUT_PERCENT:
        return 0
    if percentile < _SOLD_OUT_PERCENT + _LOW_PERCENT:
        return 1 + number_below(4, "stock", sku)
    return 5 + number_below(196, "stock", sku)


def former_price_minor_of(sku: str, price_minor: int) -> int | None:
    """Gives one article in twelve a higher price that it is said to have had before."""
    if number_below(100, "reduced", sku) >= _REDUCED_PERCENT:
        return None
    percent = 15 + number_below(36, "reduction", sku)
    return price_minor + max(5, price_minor * percent // 100)


def price_eur_minor_of(sku: str, price_minor: int) -> int | None:
    """Gives one article in ten a price in euros too, at a fixed rate, halves rounded up."""
    if number_below(100, "euros", sku) >= _IN_EUROS_PERCENT:
        return None
    return (price_minor * _EURO_CENTS_PER_POUND + 50) // 100


def is_offered_twice(sku: str) -> bool:
    return number_below(1000, "rival", sku) < _OFFERED_TWICE_PER_MILLE


def rival_price_minor_of(sku: str, price_minor: int) -> int:
    """Moves a price up or down by a twentieth or two, and by a penny at the least."""
    difference = max(1, price_minor * (3 + number_below(8, "difference", sku)) // 100)
    cheaper = number_below(2, "cheaper", sku) == 0 and price_minor > difference
    return price_minor - difference if cheaper else price_minor + difference
