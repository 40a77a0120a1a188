"""The command line of `scripts/replay_retail`."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import rich_click as click
import uvloop
from bench_plaza.bars import Bar, at_least, at_most
from bench_plaza.child_process import DidNotStart, free_port
from bench_plaza.keep_alive import UnexpectedAnswer
from bench_plaza.progress import console
from buying_plaza.caller import NeverAnswered
from fuzz_plaza.own_plaza import running_plaza

from replay_retail_plaza.invoices import PENCE, read_lines
from replay_retail_plaza.planning import Plan, plan_of
from replay_retail_plaza.replay import Replayed, Wish, replay
from replay_retail_plaza.report import print_report, unexplained

EXIT_MISSED = 1
EXIT_FAILED = 2
EXIT_INTERRUPTED = 130
ORDERS_PER_S_MIN = 60.0

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="Orders a second that come, whether the last ones are sold or not; else all in a row.",
)
@click.option(
    "--limit", type=click.IntRange(1), help="Of the file's invoices only the first so many."
)
@click.option(
    "--customers",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="How many buy at a time.",
)
@click.option(
    "--vendors",
    type=click.IntRange(1),
    default=52,
    show_default=True,
    help="Over how many the articles are spread, by their codes.",
)
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="API processes."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the figures go as JSON, if anywhere.",
)
def main(
    *,
    rate: float | None,
    limit: int | None,
    customers: int,
    vendors: int,
    workers: int,
    json_file: Path | None,
) -> None:
    """Sell December 2010 of a real merchant over HTTP, and compare every sum with the file.

    An article at a price is an offer, stocked with exactly what is going to be bought; an invoice
    is a guest's order, or several where it has more than 500 lines; the lines of a cancellation
    cancel what the same customer has bought before of the same article at the same price. What can
    be neither is named and counted. Sums per vendor and day, read from the vendors' queues, are to
    equal the file's to the penny, and so is what the payment provider has kept.

    Starts a marketplace of its own on spare ports, and ends it. Exits with 1 when a sum differs,
    something was refused, or less than 60 orders a second were sold (not judged with --rate or
    --limit); with 2 when nothing could be sold.

    For example:

        scripts/replay_retail

        scripts/replay_retail --workers 2 --customers 16

        scripts/replay_retail --limit 100 --rate 10
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    plan = plan_of(read_lines(), limit)
    wish = Wish(vendors, workers, customers, rate)
    try:
        replayed = _replayed(plan, wish)
    except (DidNotStart, UnexpectedAnswer, NeverAnswered) as failure:
        console.print(str(failure), style="red", markup=False)
        sys.exit(EXIT_FAILED)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    judges_speed = rate is None and limit is None
    judged = list(_bars(plan, replayed, judges_speed=judges_speed))
    print_report(plan, replayed, judged)
    if json_file is not None:
        _keep(replayed, judged, json_file)
    if not all(bar.met for bar in judged):
        sys.exit(EXIT_MISSED)


def _replayed(plan: Plan, wish: Wish) -> Replayed:
    sandbox = f"http://127.0.0.1:{free_port()}"
    settings = {
        "PLAZA_SANDBOX_URL": sandbox,
        "PLAZA_WORKERS": str(wish.workers),
        # Nobody reads fifteen mails an order that are written into a folder.
        "PLAZA_ORDER_MAILS": "0",
    }
    with running_plaza(settings) as plaza:
        return uvloop.run(replay(plaza, sandbox, plan, wish))


def _bars(plan: Plan, replayed: Replayed, *, judges_speed: bool) -> Iterator[Bar]:
    if judges_speed:
        yield at_least("orders a second", replayed.orders_per_s, ORDERS_PER_S_MIN)
    yield at_most("sums of a vendor and day that differ", len(replayed.residuals), 0)
    yield at_most("pence not explained", abs(float(unexplained(plan, replayed) * PENCE)), 0)
    yield at_most("pence kept that should not be", abs(replayed.kept_residual_minor), 0)
    yield at_most("refused", len(replayed.refusals), 0)


def _keep(replayed: Replayed, judged: list[Bar], json_file: Path) -> None:
    document = msgspec.structs.asdict(replayed) | {"bars": judged}
    for name in ("shown", "residuals"):
        document[name] = [
            {"vendor": vendor + 1, "day": day, **msgspec.structs.asdict(sums)}
            for (vendor, day), sums in document[name].items()
        ]
    json_file.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


if __name__ == "__main__":
    main(prog_name="scripts/replay_retail")
