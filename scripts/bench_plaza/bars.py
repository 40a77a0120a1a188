"""What must hold at least; below it the bench fails."""

from collections.abc import Iterator

import msgspec

from bench_plaza.memory import API
from bench_plaza.results import LIST, USUAL_LIST, Results

LIST_TIMES_USUAL_MIN = 4.0
VISIBLE_P99_MS_MAX = 50.0
API_MEMORY_MB_MAX = 200.0


class Bar(msgspec.Struct, frozen=True):
    name: str
    measured: float
    wanted: str
    met: bool


def bars(results: Results) -> Iterator[Bar]:
    usual = results.reads[USUAL_LIST].load.requests_per_s
    times = results.reads[LIST].load.requests_per_s / usual
    yield at_least("list, times the usual way", times, LIST_TIMES_USUAL_MIN)
    visible_ms = results.visibility.sent_to_seen.p99_ms
    yield at_most("command to visible, p99 in ms", visible_ms, VISIBLE_P99_MS_MAX)
    yield at_most("refused commands", len(results.commands.refusals), 0)
    memory_mb = results.memory[API].largest_mb
    yield at_most("API process, MB", memory_mb, API_MEMORY_MB_MAX)


def at_least(name: str, measured: float, limit: float) -> Bar:
    return Bar(name, measured, f"≥ {limit:g}", measured >= limit)


def at_most(name: str, measured: float, limit: float) -> Bar:
    return Bar(name, measured, f"≤ {limit:g}", measured <= limit)
