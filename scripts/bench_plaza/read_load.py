"""How fast one address answers many connections that ask for it again and again."""

from collections.abc import Sequence
from statistics import median
from typing import Protocol, Self

import msgspec

from bench_plaza.latency import Latency


class LoadFailed(Exception):  # noqa: N818  the sentence is shown to whoever runs the bench
    """Some answers were no success, so that the rest measures nothing."""


class ReadLoad(msgspec.Struct, frozen=True):
    requests_per_s: float
    latency: Latency

    @classmethod
    def median_of(cls, rounds: Sequence["ReadLoad"]) -> Self:
        return cls(
            requests_per_s=median(load.requests_per_s for load in rounds),
            latency=Latency(
                p50_ms=median(load.latency.p50_ms for load in rounds),
                p99_ms=median(load.latency.p99_ms for load in rounds),
            ),
        )


class LoadGenerator(Protocol):
    name: str

    def load(self, url: str, *, connections: int, duration_s: int) -> ReadLoad:
        """Ask for the address on all connections for this long.

        Raises:
            LoadFailed: an answer was neither 2xx nor 3xx, or did not come.
        """
