"""What must hold at least; below it the bench fails."""

from collections.abc import Iterator

import msgspec

from bench_plaza.crowd import Served
from bench_plaza.memory import API
from bench_plaza.results import (
    CEILING,
    LIST,
    PRODUCT_PAGE,
    TWO_PROCESSES,
    UNCACHED_LIST,
    USUAL_LIST,
    Changing,
    Results,
)

FROM_MEMORY_TIMES_USUAL_MIN = 20.0
FROM_MEMORY_OF_CEILING_MIN = 0.5
FROM_MEMORY_P99_MS_MAX = 10.0
UNCACHED_TIMES_USUAL_MIN = 4.0
TWO_PROCESSES_TIMES_ONE_MIN = 1.5
CROWD_P99_MS_MAX = 100.0
KEPT_PACE_MIN = 0.95
HIT_RATE_MIN = 0.9
VISIBLE_P50_MS_MAX, VISIBLE_P99_MS_MAX = 10.0, 50.0
API_MEMORY_MB_MAX = 200.0


class Bar(msgspec.Struct, frozen=True):
    name: str
    measured: float
    wanted: str
    met: bool


def bars(results: Results) -> Iterator[Bar]:
    """Of reads first, then of what is measured beside them."""
    yield from _bars_of_reads(results)
    yield from _bars_of_a_crowd(results.crowd)
    yield from _bars_of_changing(results.changing)
    if results.alone is not None:
        visible_ms = results.alone.visibility.sent_to_seen.p99_ms
        yield at_most("command to visible, alone, p99 in ms", visible_ms, VISIBLE_P99_MS_MAX)
        yield at_most("refused commands", len(results.alone.commands.refusals), 0)
    memory_mb = max(results.memory[API].largest_mb, results.crowd_mb)
    yield at_most("API process, MB", memory_mb, API_MEMORY_MB_MAX)


def at_least(name: str, measured: float, limit: float) -> Bar:
    return Bar(name, measured, f"≥ {limit:g}", measured >= limit)


def at_most(name: str, measured: float, limit: float) -> Bar:
    return Bar(name, measured, f"≤ {limit:g}", measured <= limit)


def _bars_of_reads(results: Results) -> Iterator[Bar]:
    per_s = {name: rate.load.requests_per_s for name, rate in results.reads.items()}
    usual, ceiling = per_s[USUAL_LIST], per_s[CEILING]
    for name in (LIST, PRODUCT_PAGE):
        yield at_least(
            f"{name}, times the usual way", per_s[name] / usual, FROM_MEMORY_TIMES_USUAL_MIN
        )
        share = per_s[name] / ceiling * 100
        yield at_least(f"{name}, % of the ceiling", share, FROM_MEMORY_OF_CEILING_MIN * 100)
        p99_ms = results.reads[name].load.latency.p99_ms
        yield at_most(f"{name}, p99 in ms", p99_ms, FROM_MEMORY_P99_MS_MAX)
    uncached = per_s[UNCACHED_LIST] / usual
    yield at_least(f"{UNCACHED_LIST}, times the usual way", uncached, UNCACHED_TIMES_USUAL_MIN)
    two = per_s[TWO_PROCESSES] / per_s[LIST]
    yield at_least("two processes, times one", two, TWO_PROCESSES_TIMES_ONE_MIN)


def _bars_of_a_crowd(crowd: Served) -> Iterator[Bar]:
    name = f"{crowd.connections:,} connections"
    yield at_least(f"{name}, reads/s", crowd.per_s, crowd.wanted_per_s * KEPT_PACE_MIN)
    yield at_most(f"{name}, p99 in ms", crowd.latency.p99_ms, CROWD_P99_MS_MAX)
    yield at_most(f"{name}, failed", crowd.failures, 0)


def _bars_of_changing(changing: Changing) -> Iterator[Bar]:
    name = "while prices change"
    yield at_least(f"hit rate {name}, %", changing.hit_rate * 100, HIT_RATE_MIN * 100)
    visible = changing.sent_to_seen
    yield at_most(f"command to visible {name}, p50 in ms", visible.p50_ms, VISIBLE_P50_MS_MAX)
    yield at_most(f"command to visible {name}, p99 in ms", visible.p99_ms, VISIBLE_P99_MS_MAX)
    yield at_most(f"reads {name}, failed", changing.reads.failures, 0)
