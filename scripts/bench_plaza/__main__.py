"""The command line of `scripts/bench`."""

import shutil
import signal
import sys
from pathlib import Path

import msgspec
import rich_click as click
from buying_plaza.caller import NeverAnswered

from bench_plaza.bars import Bar, bars
from bench_plaza.checkout_bench import QUICK as QUICK_CHECKOUT
from bench_plaza.checkout_bench import WHOLE as WHOLE_CHECKOUT
from bench_plaza.checkout_bench import bench_checkout, checkout_bars
from bench_plaza.child_process import DidNotStart
from bench_plaza.identity_bench import bench_identity, identity_bars
from bench_plaza.keep_alive import UnexpectedAnswer
from bench_plaza.locust_load import Locust
from bench_plaza.marketplace_bench import Extent, bench_marketplace
from bench_plaza.progress import console
from bench_plaza.read_load import LoadFailed, LoadGenerator
from bench_plaza.read_rate import Effort
from bench_plaza.report import print_checkout_report, print_identity_report, print_report
from bench_plaza.wrk import Wrk

EXIT_MISSED = 1
EXIT_FAILED = 2
EXIT_INTERRUPTED = 130
FLOOD_S, QUICK_FLOOD_S = 10, 3
WHOLE = Extent(
    Effort(connections=32, seconds=5, rounds=3),
    crowd_seconds=15,
    changing_seconds=20,
    visible_rounds=300,
    command_seconds=10,
)
QUICK = Extent(
    Effort(connections=32, seconds=1, rounds=3),
    crowd_seconds=4,
    changing_seconds=6,
    visible_rounds=50,
    command_seconds=3,
)

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--identity",
    is_flag=True,
    help="Measure what knowing the caller costs, and other routes under 500 log-ins a second.",
)
@click.option(
    "--checkout",
    is_flag=True,
    help="Measure buying: a hot offer, 50 orders a second, a large cart, a lone shopper.",
)
@click.option(
    "--reads",
    is_flag=True,
    help="Measure reads only: from memory, without caches, a crowd, and while prices change.",
)
@click.option("--quick", is_flag=True, help="A look: shorter in every part, less steady.")
@click.option("--seconds", type=click.IntRange(1), help="One load on one address: 5, quick 1.")
@click.option("--connections", type=click.IntRange(1), help="Connections that read at a time: 32.")
@click.option(
    "--rounds", type=click.IntRange(1), help="Turns over all addresses: 3; medians count."
)
@click.option(
    "--generator",
    type=click.Choice(["wrk", "locust"]),
    help="What makes the load; without it wrk where there is one, else locust.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=Path("bench-results.json"),
    show_default=True,
    help="Where the figures go.",
)
def main(
    *,
    identity: bool,
    checkout: bool,
    reads: bool,
    quick: bool,
    seconds: int | None,
    connections: int | None,
    rounds: int | None,
    generator: str | None,
    json_file: Path,
) -> None:
    """Measure plaza, and the same list written the usual way, on this machine.

    Starts a marketplace of its own on spare ports, and ends it. Exits with 1 when a bar is missed,
    with 2 when something could not be measured.

    For example:

        scripts/bench

        scripts/bench --quick

        scripts/bench --reads

        scripts/bench --identity

        scripts/bench --checkout --quick

        scripts/bench --seconds 20 --connections 64 --json /tmp/figures.json
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    extent = QUICK if quick else WHOLE
    given = {"seconds": seconds, "connections": connections, "rounds": rounds}
    chosen = {name: value for name, value in given.items() if value is not None}
    effort = msgspec.structs.replace(extent.effort, **chosen)
    extent = msgspec.structs.replace(extent, effort=effort)
    try:
        if identity:
            found = bench_identity(QUICK_FLOOD_S if quick else FLOOD_S, effort.rounds)
            judged = list(identity_bars(found))
            print_identity_report(found, judged)
            _keep(found, judged, json_file)
            return
        if checkout:
            bought = bench_checkout(QUICK_CHECKOUT if quick else WHOLE_CHECKOUT)
            judged = list(checkout_bars(bought))
            print_checkout_report(bought, judged)
            _keep(bought, judged, json_file)
            return
        results = bench_marketplace(extent, _generator(generator), reads_only=reads)
    except (DidNotStart, LoadFailed, UnexpectedAnswer, NeverAnswered) as failure:
        console.print(str(failure), style="red", markup=False)
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    judged = list(bars(results))
    print_report(results, judged)
    _keep(results, judged, json_file)


def _generator(wanted: str | None) -> LoadGenerator:
    wrk = shutil.which("wrk")
    if wanted == "wrk" and wrk is None:
        raise click.UsageError("There is no wrk on the PATH.")
    return Locust() if wrk is None or wanted == "locust" else Wrk(wrk)


def _keep(results: msgspec.Struct, judged: list[Bar], json_file: Path) -> None:
    document = msgspec.structs.asdict(results) | {"bars": judged}
    json_file.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    console.print(f"The figures are in {json_file}.", style="dim", markup=False)
    if not all(bar.met for bar in judged):
        sys.exit(EXIT_MISSED)


if __name__ == "__main__":
    main(prog_name="scripts/bench")
