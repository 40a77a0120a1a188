"""Reads: the same load on plaza's lists and pages, on bytes from memory, and on the usual way."""

from collections.abc import Mapping

import msgspec

from bench_plaza.progress import doing
from bench_plaza.read_load import LoadGenerator, ReadLoad

WARM_UP_S = 1


class Effort(msgspec.Struct, frozen=True):
    """How long and how hard each address is loaded."""

    connections: int
    seconds: int
    rounds: int


class ReadRate(msgspec.Struct, frozen=True):
    load: ReadLoad
    """The median of each figure over the rounds."""
    rounds: list[ReadLoad]


def measure_reads(
    addresses: Mapping[str, str], generator: LoadGenerator, effort: Effort
) -> dict[str, ReadRate]:
    """Load one address after the other, several times round.

    Other work on the machine comes and goes: in turns, it meets all addresses alike.
    """
    with doing("Warming up"):
        for url in addresses.values():
            generator.load(url, connections=effort.connections, duration_s=WARM_UP_S)
    rounds: dict[str, list[ReadLoad]] = {name: [] for name in addresses}
    for number in range(1, effort.rounds + 1):
        for name, url in addresses.items():
            with doing(f"Round {number} of {effort.rounds}, {name}"):
                load = generator.load(
                    url, connections=effort.connections, duration_s=effort.seconds
                )
            rounds[name].append(load)
    return {
        name: ReadRate(load=ReadLoad.median_of(loads), rounds=loads)
        for name, loads in rounds.items()
    }
