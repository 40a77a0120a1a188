"""The outcome for people, and the failures as a file."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fuzz_plaza.tally import NO_ANSWER, Finding, Tally

console = Console(highlight=False)
KINDS = ("2xx", "3xx", "4xx", "5xx", NO_ANSWER)


def print_report(tally: Tally) -> None:
    """Requests and answers by group of operations, then each failure with how to repeat it."""
    kinds = [kind for kind in KINDS if any(answers[kind] for answers in tally.statuses.values())]
    table = Table("group", "called", "succeeded", "requests", *kinds, "failures")
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for tag, answers in sorted(tally.statuses.items()):
        labels = {label for label, named in tally.operations.items() if named == tag}
        failures = tally.failures_in(tag)
        table.add_row(
            tag,
            str(len(labels)),
            str(len(labels & tally.reached)),
            f"{answers.total():,}",
            *(f"{answers[kind]:,}" if answers[kind] else "" for kind in kinds),
            f"[bold red]{failures}[/]" if failures else "[green]0[/]",
        )
    if tally.statuses:
        console.print(table)
    for number, finding in enumerate(tally.findings.values(), 1):
        _print_finding(number, finding, tally.repeats[finding.key])


def _print_finding(number: int, finding: Finding, repeats: int) -> None:
    times = "once" if repeats == 1 else f"{repeats:,} times"
    head = f"{number}. {finding.operation}: {finding.title} ({finding.check}, {times})"
    console.print(f"\n[bold red]{escape(head)}[/]", soft_wrap=True)
    console.print(escape(finding.message), soft_wrap=True)
    for command in finding.commands:
        console.print(escape(command), style="cyan", soft_wrap=True)
    if finding.answer:
        console.print(escape(finding.answer), style="dim", soft_wrap=True)
    console.print(f"scripts/fuzz --seed {finding.seed} --as {finding.caller}", style="dim")


def write_findings(file: Path, findings: list[Finding]) -> None:
    document = msgspec.json.encode(findings)
    file.write_bytes(msgspec.json.format(document, indent=2) + b"\n")
