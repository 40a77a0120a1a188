"""What a person sees while the fuzz runs: on stderr, so that stdout holds the result alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from fuzz_plaza.tally import Tally
from fuzz_plaza.turns import Turn

console = Console(stderr=True, highlight=False)


class TurnShown:
    """A line that is kept up to date; in the end it says how the turn went."""

    def __init__(self, progress: Progress, turn: Turn, tally: Tally) -> None:
        self._progress = progress
        self._tally = tally
        self._before = tally.requests, len(tally.findings)
        self._started_s = time.monotonic()
        self._task = progress.add_task(f"as {turn.caller}", total=turn.seconds, told="")

    def update(self) -> None:
        self._progress.update(self._task, completed=self._elapsed_s, told=self.told)

    @property
    def told(self) -> str:
        requests, findings = self._before
        sent, found = self._tally.requests - requests, len(self._tally.findings) - findings
        failures = f"[bold red]new failures: {found}[/]" if found else "[green]no failure[/]"
        return f"{sent:,} requests ({sent / max(self._elapsed_s, 0.1):,.0f}/s), {failures}"

    @property
    def _elapsed_s(self) -> float:
        return time.monotonic() - self._started_s


@contextmanager
def shown(turn: Turn, tally: Tally) -> Iterator[TurnShown]:
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        turn_shown = TurnShown(progress, turn, tally)
        yield turn_shown
    console.print(f"as {turn.caller:<9} seed {turn.seed}: {turn_shown.told}")
