"""Everything that one run measured; `bench-results.json` holds it as it stands here."""

import msgspec

from bench_plaza.crowd import Served
from bench_plaza.latency import Latency
from bench_plaza.memory import Memory
from bench_plaza.plaza_process import DemoLoad
from bench_plaza.read_rate import Effort, ReadRate

LIST = "24-card list"
FILTERED_LIST = "filtered list, by price"
PRODUCT_PAGE = "product page"
CEILING = "constant bytes"
USUAL_LIST = "list, the usual way"
UNCACHED_LIST = "list, caches off"
UNCACHED_PAGE = "page, caches off"
TWO_PROCESSES = "list, two processes"
CEILING_OF_TWO = "constant bytes, two processes"
BARE = "bare server"
"""The same bytes as `CEILING`, with no application at all."""


class Visibility(msgspec.Struct, frozen=True):
    """How long after a vendor's command a shopper sees what it changed."""

    rounds: int
    sent_to_seen: Latency
    """From sending the command; the shopper asks again and again, without a token."""
    answered_to_seen: Latency
    """From the command's answer."""
    read_with_token: Latency
    """One read that carries the command's token, and so waits for it."""


class Changing(msgspec.Struct, frozen=True):
    """Reads at a steady pace while commands change random products."""

    commands_per_s: float
    command: Latency
    reads: Served
    hit_rate: float
    """The share of reads that the API process answered from its memory."""
    watched: int
    sent_to_seen: Latency
    """From sending a command; the shopper asks again and again, without a token."""
    answered_to_seen: Latency


class CommandRate(msgspec.Struct, frozen=True):
    clients: int
    commands_per_s: float
    latency: Latency
    caught_up_after_ms: float
    """From the last command's answer until a read model covers it."""
    refusals: list[str]
    """Answers that were no success; there must be none."""


class Alone(msgspec.Struct, frozen=True):
    """Commands without readers beside them."""

    visibility: Visibility
    commands: CommandRate


class Machine(msgspec.Struct, frozen=True):
    system: str
    cores: int
    python: str
    generator: str


class Results(msgspec.Struct, frozen=True):
    machine: Machine
    effort: Effort
    first_start_s: float
    demo: DemoLoad
    body_bytes: dict[str, int]
    reads: dict[str, ReadRate]
    cold: Served
    """A thousand connections that ask for what is not in memory yet."""
    crowd: Served
    """A thousand connections at a steady pace."""
    crowd_mb: float
    """The most that the API process held meanwhile."""
    changing: Changing
    alone: Alone | None
    """What is measured beside reads; None where only those were asked for."""
    memory_when_ready: dict[str, Memory]
    """Before the first request; what came on top later is buffers and caches, or leaks."""
    memory: dict[str, Memory]
    """The most that was seen, after reads and after commands."""
