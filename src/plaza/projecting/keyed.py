"""Which documents are meant: some of them by their keys, or a share of all."""

from collections.abc import Collection
from itertools import pairwise
from typing import Any, Protocol
from uuid import UUID

import msgspec

TAIL_DIGITS = 4
TAILS = 16**TAIL_DIGITS


class Keys(Protocol):
    """A choice of documents, as Python and as SQL tell it."""

    def __contains__(self, key: object) -> bool: ...
    def clause(self, text: str, first: int) -> str:
        """A condition on an expression that is a key's text; parameters are numbered from there."""

    def column_clause(self, column: str, first: int) -> str:
        """A condition on a column that is a key."""

    def parameters(self) -> list[Any]:
        """The same for both conditions."""


class These(msgspec.Struct, frozen=True):
    """Documents by their keys."""

    keys: frozenset[UUID]

    @classmethod
    def of(cls, keys: Collection[UUID]) -> "These":
        return cls(frozenset(keys))

    def __contains__(self, key: object) -> bool:
        return key in self.keys

    def clause(self, text: str, first: int) -> str:
        return f"{text} = ANY (${first}::text[])"

    def column_clause(self, column: str, first: int) -> str:
        return f"{column} = ANY (${first}::text[]::uuid[])"

    def parameters(self) -> list[Any]:
        return [sorted(map(str, self.keys))]


class Tails(msgspec.Struct, frozen=True):
    """Documents whose keys end so: the end of an id is random, where its beginning is a time.

    Attributes:
        low: the first of the ends, four hexadecimal digits.
        high: the last of them.
    """

    low: str
    high: str

    def __contains__(self, key: object) -> bool:
        return self.low <= str(key)[-TAIL_DIGITS:] <= self.high

    def clause(self, text: str, first: int) -> str:
        tail = f'right({text}, {TAIL_DIGITS}) COLLATE "C"'
        return f"{tail} BETWEEN ${first}::text AND ${first + 1}::text"

    def column_clause(self, column: str, first: int) -> str:
        return self.clause(f"{column}::text", first)

    def parameters(self) -> list[Any]:
        return [self.low, self.high]


def shares(count: int) -> list[Tails]:
    """All documents, in so many shares of about the same size."""
    count = min(max(count, 1), TAILS)
    starts = [TAILS * n // count for n in range(count + 1)]
    return [
        Tails(f"{low:0{TAIL_DIGITS}x}", f"{high - 1:0{TAIL_DIGITS}x}")
        for low, high in pairwise(starts)
    ]
