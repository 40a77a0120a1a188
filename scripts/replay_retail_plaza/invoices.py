"""The file, read line by line, and what each line is: pure but for the reading."""

import csv
import lzma
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("invoices-2010-12.csv.xz")
PENCE = 100
CANCELLATION = "C"
NO_ARTICLES = frozenset(
    ("POST", "DOT", "C2", "M", "D", "S", "AMAZONFEE", "BANK CHARGES", "CRUK", "B")
)
"""Codes of the merchant's bookkeeping: postage, carriage, manual entries, discounts, samples, fees,
charity, bad debt."""

# Why a line is no part of an order, and no cancellation of one.
NO_ARTICLE = "no article: postage, fees, discounts, manual entries"
FREE = "price 0: gifts, found and lost stock"
WRITE_OFF = "negative quantity without being a cancellation"
FRACTION = "price in fractions of a penny"
NO_INVOICE = "neither invoice nor cancellation"


class InvoiceLine(msgspec.Struct, frozen=True):
    """One line of the file.

    Attributes:
        number: of the line in the file, from 1.
        price: of one piece, in pounds.
        customer: empty where nobody knows.
    """

    number: int
    invoice: str
    code: str
    quantity: int
    day: date
    price: Decimal
    customer: str

    @property
    def is_cancellation(self) -> bool:
        return self.invoice.startswith(CANCELLATION)

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity

    @property
    def price_minor(self) -> int:
        return int(self.price * PENCE)


class Article(msgspec.Struct, frozen=True, order=True):
    """What an offer is made of: a stock code at a price."""

    code: str
    price_minor: int

    @property
    def sku(self) -> str:
        return f"{self.code}@{self.price_minor}"


def article_of(line: InvoiceLine) -> Article:
    return Article(line.code, line.price_minor)


def why_not(line: InvoiceLine) -> str | None:
    """Why the line can be neither sold nor canceled; None: it can."""
    if not (line.invoice.isdigit() or line.is_cancellation):
        return NO_INVOICE
    if line.code.upper() in NO_ARTICLES:
        return NO_ARTICLE
    if line.price == 0:
        return FREE
    if (line.price * PENCE) % 1:
        return FRACTION
    if line.is_cancellation != (line.quantity < 0):
        return WRITE_OFF
    return None


def read_lines(file: Path = FILE) -> list[InvoiceLine]:
    with lzma.open(file, "rt", encoding="utf-8", newline="") as text:
        return list(lines_in(text))


def lines_in(text: Iterable[str]) -> Iterator[InvoiceLine]:
    for number, row in enumerate(csv.DictReader(text), start=1):
        yield InvoiceLine(
            number=number,
            invoice=row["InvoiceNo"].strip(),
            code=row["StockCode"].strip(),
            quantity=int(row["Quantity"]),
            day=datetime.fromisoformat(row["InvoiceDate"]).date(),
            price=Decimal(row["UnitPrice"]),
            customer=row["CustomerID"].removesuffix(".0"),
        )
