"""The command line of `scripts/fuzz`."""

import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from secrets import randbelow

import msgspec
import rich_click as click
from bench_plaza.child_process import DidNotStart

from fuzz_plaza.configuration import PHASES
from fuzz_plaza.fuzzing import Prepared, fuzzed, prepared
from fuzz_plaza.own_plaza import Plaza, running_plaza
from fuzz_plaza.people import CannotPrepare
from fuzz_plaza.progress import console, shown
from fuzz_plaza.report import print_report, write_findings
from fuzz_plaza.tally import OF_PLAZA, Finding, Tally
from fuzz_plaza.turns import CALLERS, Caller, turns

EXIT_FAILED = 1
EXIT_NOT_STARTED = 2
EXIT_INTERRUPTED = 130
SEEDS = 2**32
COMPLAINT_LENGTH_MAX = 2_000

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


class Wish(msgspec.Struct, frozen=True):
    seconds: int
    seed: int
    callers: Sequence[Caller]
    phases: Sequence[str]
    keeps_going: bool
    holds: bool
    failures_file: Path


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--seconds",
    type=click.IntRange(len(CALLERS)),
    default=300,
    show_default=True,
    help="How long, in all; the start of plaza comes on top.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeats the requests of an earlier fuzz.")
@click.option(
    "--as",
    "callers",
    type=click.Choice(CALLERS),
    multiple=True,
    help="Who sends them; all of these in turn unless given. May be given several times.",
)
@click.option(
    "--phase",
    "phases",
    type=click.Choice(PHASES),
    multiple=True,
    help="What is tried; all of these unless given. May be given several times.",
)
@click.option(
    "--keep-going", "keeps_going", is_flag=True, help="Collect all failures, not the first alone."
)
@click.option(
    "--hold", "holds", is_flag=True, help="After a failure keep plaza up, so that curl reaches it."
)
@click.option(
    "--failures",
    "failures_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=Path("fuzz-failures.json"),
    show_default=True,
    help="Where failures go, as JSON.",
)
def main(
    *,
    seconds: int,
    seed: int | None,
    callers: tuple[Caller, ...],
    phases: tuple[str, ...],
    keeps_going: bool,
    holds: bool,
    failures_file: Path,
) -> None:
    """Send every operation what nobody would, and hold the answers against the OpenAPI document.

    Starts a plaza of its own on a spare port, and ends it. Exits with 1 when plaza failed, with 2
    when it could not be started.

    For example:

        scripts/fuzz

        scripts/fuzz --seconds 45 --seed 1

        scripts/fuzz --seed 4211 --as owner --phase stateful --keep-going --hold
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = randbelow(SEEDS) if seed is None else seed
    chosen = callers or CALLERS, phases or PHASES
    wish = Wish(seconds, seed, *chosen, keeps_going, holds, failures_file)
    try:
        with running_plaza() as plaza:
            tally = _fuzz(plaza, wish)
    except (DidNotStart, CannotPrepare) as failure:
        console.print(str(failure), style="red", markup=False)
        sys.exit(EXIT_NOT_STARTED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    if tally.findings:
        sys.exit(EXIT_FAILED)


def _fuzz(plaza: Plaza, wish: Wish) -> Tally:
    """Take turn after turn, and tell what came of it, also of what was interrupted."""
    console.print(f"Seed {wish.seed}, {wish.seconds} s, {plaza.origin} …", style="dim")
    tally = Tally()
    ready = [prepared(plaza, turn) for turn in turns(wish.seconds, wish.seed, wish.callers)]
    try:
        for turn in ready:
            _take(turn, plaza, wish, tally)
            if tally.findings and not wish.keeps_going:
                break
    finally:
        _tell(tally, wish)
    if tally.findings and wish.holds:
        console.print(f"Plaza stays at {plaza.origin} until Ctrl-C.")
        signal.pause()
    return tally


def _take(ready: Prepared, plaza: Plaza, wish: Wish, tally: Tally) -> None:
    turn = ready.turn
    known = len(plaza.complaints())
    with tempfile.TemporaryDirectory() as folder, shown(turn, tally) as line:
        events = fuzzed(plaza, ready, Path(folder), wish.phases, keeps_going=wish.keeps_going)
        for event in events:
            tally.note(event, turn)
            line.update()
    for complaint in plaza.complaints()[known:]:
        title = "One of its processes logged an error"
        tally.add(
            Finding(
                OF_PLAZA, "log", title, complaint[:COMPLAINT_LENGTH_MAX], turn.caller, turn.seed, []
            )
        )


def _tell(tally: Tally, wish: Wish) -> None:
    print_report(tally)
    if tally.findings:
        write_findings(wish.failures_file, list(tally.findings.values()))
        console.print(f"The failures are in {wish.failures_file}.", style="dim", markup=False)


if __name__ == "__main__":
    main(prog_name="scripts/fuzz")
