"""The outcomes for people."""

from collections.abc import Sequence
from math import ceil

from rich.console import Console
from rich.table import Table

from soaking.drain import Drained
from soaking.order import Outcome, Stress
from soaking.rebuild_beside import Beside
from soaking.tokens import Pairs, Plan
from soaking.toll import Toll

console = Console(highlight=False)


def print_order(stress: Stress, outcome: Outcome) -> None:
    """The events, each way in which the log may fail them, and its times."""
    verdict = outcome.verdict
    table = Table("The order of the log", "", title=None)
    table.columns[1].justify = "right"
    table.add_row("events", f"{verdict.events:,}")
    table.add_row("events/s", f"{verdict.events / stress.seconds:,.0f}")
    table.add_row("sequencers killed", f"{outcome.kills:,}")
    table.add_row("floor", f"{outcome.floor:,}")
    table.add_section()
    for name in ("lost", "duplicated", "inverted", "holes", "undone"):
        count = getattr(verdict, name)
        table.add_row(name, f"[green]{count}[/]" if count == 0 else f"[bold red]{count:,}[/]")
    table.add_section()
    _add_times(table, "commit to sequenced", outcome.commit_to_sequenced_ms)
    _add_times(table, "tick", outcome.tick_ms)
    console.print(table)
    console.print(f"Seed {stress.seed}.", style="dim")


def print_pairs(plan: Plan, pairs: Pairs, seed: int) -> None:
    """What reads with tokens showed, and how long they took."""
    table = Table("Reads with the token of a command", "", title=None)
    table.columns[1].justify = "right"
    table.add_row("pairs", f"{pairs.done:,} of {plan.pairs:,}")
    table.add_row("commands/s", f"{pairs.done / pairs.seconds:,.0f}")
    table.add_section()
    for name, count in (("stale", pairs.stale), ("failed", len(pairs.failed))):
        table.add_row(name, f"[green]{count}[/]" if count == 0 else f"[bold red]{count:,}[/]")
    table.add_section()
    _add_times(table, "command", pairs.command_ms)
    _add_times(table, "read with its token", pairs.wait_ms)
    console.print(table)
    for told in pairs.failed[:3]:
        console.print(told, style="red", markup=False)
    console.print(f"Seed {seed}.", style="dim")


def print_beside(beside: Beside) -> None:
    """How the rebuild went, and what those who command noticed of it."""
    rebuilt = beside.rebuilt
    table = Table("A rebuild beside commands", "", title=None)
    table.columns[1].justify = "right"
    table.add_row("rows", f"{rebuilt.rows:,}")
    table.add_row("documents that differ", f"{rebuilt.differing:,}")
    table.add_row("facts", f"{rebuilt.facts:,}")
    table.add_row("facts/s", f"{rebuilt.facts / rebuilt.filled_s:,.0f}")
    table.add_row("filled after", f"{rebuilt.filled_s:.1f} s")
    table.add_row("compared and switched after", f"{rebuilt.whole_s:.1f} s")
    table.add_row("processor time a fact", f"{rebuilt.processor_s / rebuilt.facts * 1e6:.0f} µs")
    table.add_row("memory at most", f"{rebuilt.process_mb:,.0f} MB")
    table.add_row("of it while it rebuilt", f"{rebuilt.growth_mb:,.0f} MB")
    table.add_section()
    table.add_row("commands beside it", f"{len(beside.beside_ms):,}")
    _add_times(table, "command before", beside.quiet_ms)
    _add_times(table, "command beside", beside.beside_ms)
    console.print(table)


def print_toll(toll: Toll) -> None:
    console.print(
        f"{toll.without_events:,.0f} transactions/s without events, {toll.with_events:,.0f} with "
        f"them, {toll.with_order:,.0f} while they are put in order: "
        f"{toll.order_percent:.0f} % for the order."
    )


def print_drain(drained: Drained) -> None:
    console.print(
        f"{drained.events:,} events in {drained.seconds:.2f} s: {drained.events_per_s:,.0f}/s."
    )


def _add_times(table: Table, name: str, times_ms: Sequence[float]) -> None:
    ordered = sorted(times_ms)
    for percent in (50, 99):
        table.add_row(f"{name} p{percent}", f"{percentile(ordered, percent):.1f} ms")


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that at least this many percent of them do not exceed."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1] if ordered else float("nan")
