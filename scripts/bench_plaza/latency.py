from collections.abc import Sequence
from math import ceil
from typing import Self

import msgspec


class Latency(msgspec.Struct, frozen=True):
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, times_ms: Sequence[float]) -> Self:
        ordered = sorted(times_ms)
        return cls(p50_ms=_percentile(ordered, 50), p99_ms=_percentile(ordered, 99))


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that at least this many percent of them do not exceed."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]
