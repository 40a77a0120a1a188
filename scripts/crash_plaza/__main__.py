"""The command line of `scripts/crash`."""

import signal
import sys
from pathlib import Path
from secrets import randbelow

import msgspec
import rich_click as click
import uvloop
from bench_plaza.child_process import DidNotStart
from bench_plaza.keep_alive import UnexpectedAnswer
from bench_plaza.progress import console
from buying_plaza.caller import NeverAnswered

from crash_plaza.planting import PLANTS, environment_of
from crash_plaza.report import print_report
from crash_plaza.results import Result
from crash_plaza.run import run
from crash_plaza.surroundings import own_servers
from plaza.embedded.refusal import CannotStart

EXIT_VIOLATED = 1
EXIT_FAILED = 2
EXIT_INTERRUPTED = 130
SEEDS = 2**32
MINUTE_S = 60.0

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=5.0, show_default=True)
@click.option("--seed", type=click.IntRange(0), help="Repeats the plans of an earlier run.")
@click.option(
    "--plant",
    type=click.Choice(list(PLANTS)),
    help="Break plaza on purpose in one way, to see that it is found.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the result goes as JSON, if anywhere.",
)
def main(*, minutes: float, seed: int | None, plant: str | None, json_file: Path | None) -> None:
    """Crash a plaza under load, over and over, and check that it keeps what it promises.

    Vendors change prices, titles, stock and what is on show, guests buy, readers look with and
    without consistency tokens, all of them over a network that is slow, resets, falls silent and
    cuts answers off. So is the network between plaza's processes, PostgreSQL and Valkey. Meanwhile
    API, projector, worker, PostgreSQL and Valkey are killed with signal 9, as the seed says.

    Everybody notes what they asked for, what was acknowledged and what they were shown. Held
    against the log in the end: nothing acknowledged is lost, nothing is applied twice, tokens and
    one's own last commands are covered by reads, what a client saw does not go back, positions have
    no holes, the facts of an aggregate are in order, and every read model equals a replay of the
    whole log by a single reader, byte for byte.

    Starts a marketplace of its own on spare ports, and ends it. Exits with 1 when something does
    not hold, with 2 when nothing could be tried.

    For example:

        scripts/crash --minutes 1 --seed 7

        scripts/crash --minutes 0.5 --plant deaf_reads
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = randbelow(SEEDS) if seed is None else seed
    try:
        result = _ran(seed, minutes * MINUTE_S, plant)
    except (DidNotStart, CannotStart, UnexpectedAnswer, NeverAnswered) as failure:
        console.print(str(failure), style="red", markup=False)
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    print_report(result)
    if json_file is not None:
        json_file.write_bytes(msgspec.json.encode(result))
    if result.violations:
        sys.exit(EXIT_VIOLATED)


def _ran(seed: int, duration_s: float, plant: str | None) -> Result:
    console.print(f"Crashing plaza for {duration_s:.0f} s with seed {seed}.", style="dim")
    with own_servers() as servers, console.status("Crashing …"):
        environment = {} if plant is None else environment_of(plant)
        return uvloop.run(run(servers, seed, duration_s, environment))


if __name__ == "__main__":
    main(prog_name="scripts/crash")
