"""Reads: the same load on plaza's lists and pages, on bytes from memory, and on the usual way."""

from collections.abc import Mapping
from statistics import median

import msgspec

from bench_plaza.process_family import cpu_s
from bench_plaza.progress import doing
from bench_plaza.read_load import LoadGenerator, ReadLoad

WARM_UP_S = 1


class Effort(msgspec.Struct, frozen=True):
    """How long and how hard each address is loaded."""

    connections: int
    seconds: int
    rounds: int


class Address(msgspec.Struct, frozen=True):
    url: str
    server_pid: int
    """The server's first process; its children count with it."""


class ReadRate(msgspec.Struct, frozen=True):
    load: ReadLoad
    """The median of each figure over the rounds."""
    cpu_us: float
    """Processor time that the server's processes took for one request: hardly touched by what else
    the machine does. Databases are not in it."""
    rounds: list[ReadLoad]


def measure_reads(
    addresses: Mapping[str, Address], generator: LoadGenerator, effort: Effort
) -> dict[str, ReadRate]:
    """Load one address after the other, several times round.

    Other work on the machine comes and goes: in turns, it meets all addresses alike.
    """
    with doing("Warming up"):
        for address in addresses.values():
            generator.load(address.url, connections=effort.connections, duration_s=WARM_UP_S)
    rounds: dict[str, list[ReadLoad]] = {name: [] for name in addresses}
    used_us: dict[str, list[float]] = {name: [] for name in addresses}
    for number in range(1, effort.rounds + 1):
        for name, address in addresses.items():
            with doing(f"Round {number} of {effort.rounds}, {name}"):
                load, cpu_us = _load(address, generator, effort)
            rounds[name].append(load)
            used_us[name].append(cpu_us)
    return {
        name: ReadRate(ReadLoad.median_of(loads), median(used_us[name]), loads)
        for name, loads in rounds.items()
    }


def _load(address: Address, generator: LoadGenerator, effort: Effort) -> tuple[ReadLoad, float]:
    before_s = cpu_s(address.server_pid)
    load = generator.load(address.url, connections=effort.connections, duration_s=effort.seconds)
    used_s = cpu_s(address.server_pid) - before_s
    return load, used_s * 1_000_000 / (load.requests_per_s * effort.seconds)
