"""The packaged catalogue: 3,900 real articles with their prices (see ATTRIBUTION.md)."""

import csv
from decimal import Decimal
from importlib.resources import files

import msgspec


class CatalogueRow(msgspec.Struct, frozen=True):
    sku: str
    wording: str
    price_minor: int


def read_catalogue() -> tuple[CatalogueRow, ...]:
    """Reads every article in the order of the file."""
    text = files(__package__).joinpath("catalogue.csv").read_text("utf-8")
    return tuple(
        CatalogueRow(sku=sku, wording=wording, price_minor=pence_of(price))
        for sku, wording, price in list(csv.reader(text.splitlines()))[1:]
    )


def pence_of(pounds: str) -> int:
    """Turns decimal pounds into whole pence, never by way of a float."""
    pence = Decimal(pounds) * 100
    if pence != pence.to_integral_value():
        raise ValueError(f"A price is finer than a penny: {pounds}.")
    return int(pence)
