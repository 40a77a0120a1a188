"""Rates: decimals from 0 to below 1, as texts outside and exact inside."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

RateText = Annotated[
    str,
    Meta(
        pattern=r"^0(?:\.[0-9]{1,6})?\Z",
        description="A decimal from 0 to below 1, six digits behind the point at most: `0.2`",
    ),
]


def rate_text(rate: Decimal) -> str:
    """The shortest text of a rate: `0.2` for 0.200000."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
