"""The result for people: a row a race, and under it what does not hold."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from oversell_plaza.results import Result, Wish

FILE_WIDTH = 140
EVIDENCE_MAX = 20
EVIDENCE_LENGTH_MAX = 600
COLUMNS = (
    *("seed", "race s", "settled s", "killed", "repeats", "orders", "sold", "of", "late"),
    *("declined", "sold out", "facts", ""),
)


def print_report(wish: Wish, results: Sequence[Result]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        # Nothing else says how wide a file is.
        console.width = FILE_WIDTH
    console.print(_table(wish, results))
    for result in results:
        for violation in result.violations[:EVIDENCE_MAX]:
            console.print(f"seed {result.seed}: {violation.invariant}", style="bold red")
            console.print(f"  {violation.evidence[:EVIDENCE_LENGTH_MAX]}", markup=False)
        if len(result.violations) > EVIDENCE_MAX:
            console.print(f"  … {len(result.violations)} in all.")


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
