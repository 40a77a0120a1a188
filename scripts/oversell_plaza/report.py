"""The result for people: what does not hold in a race, and a row for each in the end."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from oversell_plaza.results import Result, Wish

FILE_WIDTH = 140
EVIDENCE_MAX = 5
EVIDENCE_LENGTH_MAX = 600
COLUMNS = (
    *("seed", "race s", "settled s", "killed", "repeats", "orders", "sold", "of", "late"),
    *("declined", "sold out", "facts", ""),
)


def print_report(wish: Wish, results: Sequence[Result]) -> None:
    """The table; what does not hold was told race by race."""
    console = Console(highlight=False)
    if not console.is_terminal:
        # Nothing else says how wide a file is.
        console.width = FILE_WIDTH
    console.print(_table(wish, results))


def print_violations(result: Result) -> None:
    """What does not hold in one race, a few of each invariant."""
    console = Console(highlight=False)
    by_invariant: dict[str, list[str]] = {}
    for violation in result.violations:
        by_invariant.setdefault(violation.invariant, []).append(violation.evidence)
    for invariant, evidence in by_invariant.items():
        told = f"seed {result.seed}: {len(evidence)} x not so: {invariant}"
        console.print(told, style="bold red")
        for text in evidence[:EVIDENCE_MAX]:
            console.print(f"  {text[:EVIDENCE_LENGTH_MAX]}", markup=False)


def _table(wish: Wish, results: Sequence[Result]) -> Table:
    buckets = "with buckets" if wish.buckets else "without buckets"
    what = f"{wish.buyers} buyers, {wish.offers} offers of {wish.units} units, {buckets}"
    table = Table(title=f"{what}, crashes {wish.crashes}")
    for heading in COLUMNS:
        table.add_column(heading, justify="right")
    for result in results:
        table.add_row(*_cells(wish, result))
    return table


def _cells(wish: Wish, result: Result) -> list[str]:
    verdict = f"[bold red]{len(result.violations)} VIOLATIONS[/]" if result.violations else "ok"
    figures = (
        *(result.repeats, result.orders, result.sold, wish.offers * wish.units),
        *(result.bought_late, result.declined, result.sold_out_answers, result.facts),
    )
    times = (f"{result.duration_s:.1f}", f"{result.settling_s:.1f}")
    killed = str(sum(result.killed.values()))
    return [str(result.seed), *times, killed, *(f"{figure:,}" for figure in figures), verdict]
