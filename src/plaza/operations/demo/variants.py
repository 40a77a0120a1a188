"""Which rows of the catalogue are one product in several colours, sizes or letters.

Only rows that share a stock number (47590 of 47590a) and all words but one count as variants.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from plaza.operations.demo.catalogue import CatalogueRow
from plaza.operations.demo.colours import COLOUR_OR_TINT, readable_colour
from plaza.operations.demo.titles import spelt_out, title_of
from plaza.operations.demo.words import number_of, spaced_words

_SIZE = re.compile(r"\b(?:SMALL|MEDIUM|LARGE|\d+(?:CM)?X\d+CM)\b")
_LETTER = re.compile(r'"[A-Z]"')
_OPTIONS = (("Colour", COLOUR_OR_TINT), ("Size", _SIZE), ("Letter", _LETTER))


class Family(NamedTuple):
    """The rows of one product; ``option`` is empty and there is one row where nothing varies."""

    wording: str
    option: str
    members: tuple[tuple[str, CatalogueRow], ...]


class _Reading(NamedTuple):
    """One way to read a row: as the value of an option of the product that the rest names."""

    option: str
    rest: str
    value: str

    @property
    def same_product(self) -> tuple[str, str]:
        return self.option, spaced_words(self.rest)


def families_of(rows: Iterable[CatalogueRow]) -> Iterator[Family]:
    """Gives every row in exactly one family, in the order in which the families begin."""
    lots: dict[tuple[str, bool], list[CatalogueRow]] = defaultdict(list)
    for row in rows:
        lots[number_of(row.sku), row.sku == row.sku.upper()].append(row)
    return chain.from_iterable(_families_of_one_number(lot) for lot in lots.values())


def _families_of_one_number(lot: list[CatalogueRow]) -> Iterator[Family]:
    if len(lot) == 1:
        return iter([_alone(lot[0])])
    readings = {row.sku: _readings_of(row.wording) for row in lot}
    counted = _counted(chain.from_iterable(readings.values()))
    grouped: dict[tuple[str, str], list[tuple[_Reading, CatalogueRow]]] = defaultdict(list)
    for row in lot:
        best = max(readings[row.sku], key=lambda one: counted[one.same_product], default=_NOTHING)
        key = best.same_product if best.value else ("", row.sku)
        grouped[key].append((best, row))
    return chain.from_iterable(_families_of_one_reading(group) for group in grouped.values())


def _families_of_one_reading(group: list[tuple[_Reading, CatalogueRow]]) -> Iterator[Family]:
    """Rows that repeat a value stand alone: a product has each colour once."""
    named: dict[str, CatalogueRow] = {}
    for reading, row in group:
        named.setdefault(reading.value, row)
    together = len(named) > 1
    first = group[0][0]
    if together:
        yield Family(first.rest, first.option, tuple(named.items()))
    taken = {row.sku for row in named.values()} if together else set()
    yield from (_alone(row) for _, row in group if row.sku not in taken)


def _alone(row: CatalogueRow) -> Family:
    return Family(row.wording, "", (("", row),))


def _readings_of(wording: str) -> list[_Reading]:
    spelt = spelt_out(wording)
    return [
        _Reading(option, _without(spelt, found), _value(option, found[0]))
        for option, pattern in _OPTIONS
        for found in pattern.finditer(spelt)
    ]


def _without(spelt: str, found: re.Match[str]) -> str:
    rest = f"{spelt[: found.start()]} {spelt[found.end() :]}"
    return re.sub(r"\s+", " ", rest).strip(" ,-")


def _value(option: str, named: str) -> str:
    if option == "Colour":
        return readable_colour(named)
    return named.strip('"') if option == "Letter" else title_of(named)


def _counted(readings: Iterable[_Reading]) -> dict[tuple[str, str], int]:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for reading in readings:
        counted[reading.same_product] += 1
    return counted


_NOTHING = _Reading("", "", "")
