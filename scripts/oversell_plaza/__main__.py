"""The command line of `scripts/oversell`."""

import signal
import sys
from pathlib import Path
from secrets import randbelow

import msgspec
import rich_click as click
import uvloop
from bench_plaza.child_process import DidNotStart, free_port
from bench_plaza.keep_alive import UnexpectedAnswer
from bench_plaza.progress import console
from buying_plaza.caller import NeverAnswered
from buying_plaza.market import Market
from fuzz_plaza.own_plaza import OPERATOR_EMAIL, Plaza, running_plaza

from oversell_plaza.history import Violation
from oversell_plaza.inquest import Inquest, database_of
from oversell_plaza.race import run_race
from oversell_plaza.report import print_report, print_violations
from oversell_plaza.results import Result, Wish

EXIT_VIOLATED = 1
EXIT_FAILED = 2
EXIT_INTERRUPTED = 130
SEEDS = 2**32
SPREAD_S = 15.0
"""With crashes buyers come one after the other, so that there is time to kill in."""
PAYMENT_TIMEOUT_S = 4.0
"""Less patience with the provider than usual: `tok_timeout_after_charge` uses it all up."""

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--buyers", type=click.IntRange(1), default=500, show_default=True)
@click.option(
    "--units", type=click.IntRange(1), default=100, show_default=True, help="Of each offer."
)
@click.option("--offers", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option(
    "--buckets",
    type=click.Choice(["on", "off"]),
    default="off",
    show_default=True,
    help="Whether the stock of each offer is spread over 16 rows.",
)
@click.option(
    "--crashes",
    type=click.Choice(["off", "on", "all"]),
    default="off",
    show_default=True,
    help="Kill API, projector, worker and sandbox meanwhile; all: PostgreSQL and Valkey too.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeats the plans of an earlier race.")
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Races one after the other, each with the next seed.",
)
@click.option(
    "--spread",
    "spread_s",
    type=click.FloatRange(0),
    help="Seconds within which the buyers arrive: 0, with crashes 15.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the results go as JSON, if anywhere.",
)
def main(
    *,
    buyers: int,
    units: int,
    offers: int,
    buckets: str,
    crashes: str,
    seed: int | None,
    runs: int,
    spread_s: float | None,
    json_file: Path | None,
) -> None:
    """Race many buyers for few units, and hold what they were told against what was written.

    Buyers fill carts with one to three of the hot offers and complete them over HTTP; some cards
    are declined, some payments hang. Whoever gets a 503 or loses the connection repeats the request
    with the same Idempotency-Key. When all payments have an outcome, what came back is sold too.

    At every position of the log, and at the end: on hand is the sum of the movements, no more is
    reserved than is there, no more is sold than there was, and in the end all of it. Nobody is told
    "sold out" of what was free all the time from question to answer. Every order that somebody was
    told of is there once, on its page, in its account's list and in its vendors' queues, and was
    paid once; for what failed nothing was kept.

    Starts a marketplace of its own on spare ports, and ends it. Exits with 1 when something does
    not hold, with 2 when nothing could be tried.

    For example:

        scripts/oversell

        scripts/oversell --crashes on --buckets on --seed 7

        scripts/oversell --runs 20 --buckets on
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = randbelow(SEEDS) if seed is None else seed
    default_s = 0.0 if crashes == "off" else SPREAD_S
    spread_s = default_s if spread_s is None else spread_s
    wish = Wish(buyers, units, offers, buckets == "on", crashes, spread_s)
    results: list[Result] = []
    try:
        _race(wish, range(seed, seed + runs), results)
    except (DidNotStart, UnexpectedAnswer, NeverAnswered) as failure:
        console.print(str(failure), style="red", markup=False)
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    finally:
        print_report(wish, results)
        if json_file is not None:
            json_file.write_bytes(msgspec.json.encode({"wish": wish, "results": results}))
    if any(result.violations for result in results):
        sys.exit(EXIT_VIOLATED)


def _race(wish: Wish, seeds: range, results: list[Result]) -> None:
    sandbox = f"http://127.0.0.1:{free_port()}"
    settings = {
        "PLAZA_SANDBOX_URL": sandbox,
        "PLAZA_PAYMENT_TIMEOUT_S": str(PAYMENT_TIMEOUT_S),
    }
    console.print(f"Starting plaza for seed {seeds[0]} …", style="dim")
    with running_plaza(settings) as plaza:
        for seed in seeds:
            with console.status(f"Race with seed {seed} …"):
                result = uvloop.run(_raced(plaza, sandbox, seed, wish))
            told = f"{len(result.violations)} violations" if result.violations else "all holds"
            console.print(f"Seed {seed}: {result.sold} sold, {told}.", style="dim")
            print_violations(result)
            results.append(result)


async def _raced(plaza: Plaza, sandbox: str, seed: int, wish: Wish) -> Result:
    known = len(plaza.complaints())
    market = await Market.open(plaza.port, OPERATOR_EMAIL, plaza.operator_password)
    async with run_race(plaza, market, seed, wish) as race, database_of(plaza) as database:
        result = await Inquest(plaza, sandbox, race, database).result(seed)
    if wish.crashes == "off":
        # Who is killed, or misses somebody who was, may say so.
        complaints = plaza.complaints()[known:]
        invariant = "no process logs an error"
        result.violations.extend(Violation(invariant, line) for line in complaints)
    return result


if __name__ == "__main__":
    main(prog_name="scripts/oversell")
