"""The result for people."""

from rich.console import Console
from rich.table import Table

from crash_plaza.results import Result

FILE_WIDTH = 140
EVIDENCE_MAX = 5
EVIDENCE_LENGTH_MAX = 800


def print_report(result: Result) -> None:
    """The figures, and some of what does not hold."""
    console = Console(highlight=False)
    if not console.is_terminal:
        # Nothing else says how wide a file is.
        console.width = FILE_WIDTH
    console.print(_table(result))
    by_invariant: dict[str, list[str]] = {}
    for violation in result.violations:
        by_invariant.setdefault(violation.invariant, []).append(violation.evidence)
    for invariant, evidence in by_invariant.items():
        console.print(f"{len(evidence)} x not so: {invariant}", style="bold red")
        for text in evidence[:EVIDENCE_MAX]:
            console.print(f"  {text[:EVIDENCE_LENGTH_MAX]}", markup=False)


def _table(result: Result) -> Table:
    table = Table(title=f"Seed {result.seed}, {result.duration_s:.0f} s", show_header=False)
    commands = (
        f"{result.acknowledged:,} acknowledged, {result.refused:,} refused, "
        f"{result.unknown:,} of unknown outcome"
    )
    table.add_row("commands", commands)
    table.add_row("reads", f"{result.reads:,}, {result.stale_reads:,} that said they may be stale")
    table.add_row("answers of 503", f"{result.unavailable:,}")
    table.add_row("facts in the log", f"{result.facts:,}")
    table.add_row("killed", _listed(result.killed))
    table.add_row("troubles", _listed(result.troubles))
    verdict = f"[bold red]{len(result.violations)} VIOLATIONS[/]" if result.violations else "holds"
    table.add_row("everything", verdict)
    return table


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} x {what}" for what, count in counts.items()) or "none"
