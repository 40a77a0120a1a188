"""The command line of `scripts/soak`."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path
from secrets import randbelow

import rich_click as click
from rich.console import Console

from soaking.drain import drained
from soaking.killed_processes import KilledSequencers
from soaking.log_server import log_server
from soaking.order import Outcome, Stress, stressed
from soaking.report import print_drain, print_order

EXIT_VIOLATED = 1
SEEDS = 2**32

click.rich_click.TEXT_PARAGRAPH_LINEBREAKS = "\n\n"
console = Console(stderr=True, highlight=False)

seconds_option = click.option(
    "--seconds", type=click.FloatRange(1), default=60, show_default=True, help="How long."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Try for minutes what the tests try for seconds.

    Each soak works on a PostgreSQL cluster of its own, which it ends, and exits with 1 when plaza
    did not keep its word.

    For example:

        scripts/soak order

        scripts/soak order --seconds 600 --writers 64 --kill-every 0.3

        scripts/soak order --seed 4211 --seconds 20

        scripts/soak drain --events 500000
    """
    # A polite kill unwinds like Ctrl-C does, so that nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@main.command()
@seconds_option
@click.option(
    "--writers", type=click.IntRange(1), default=32, show_default=True, help="Writers at a time."
)
@click.option(
    "--held",
    "held_s",
    type=click.FloatRange(0.1),
    default=5,
    show_default=True,
    help="Seconds that one more writer keeps each of its transactions open.",
)
@click.option(
    "--kill-every",
    "kill_interval_s",
    type=click.FloatRange(0),
    default=1,
    show_default=True,
    help="Seconds, on average, between one kill -9 of a sequencer and the next; 0 kills none.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeats the choices of an earlier soak.")
def order(
    *, seconds: float, writers: int, held_s: float, kill_interval_s: float, seed: int | None
) -> None:
    """Lose, repeat or misplace an event, if you can.

    Writers change a few rows in transactions like those of commands, a tenth rolled back; one more
    keeps its transactions open; two sequencers are killed at random; a reader follows.

    For example:

        scripts/soak order --seconds 60 --writers 32 --seed 4211

        scripts/soak order --kill-every 0 --held 20
    """
    seed = randbelow(SEEDS) if seed is None else seed
    console.print(f"Seed {seed}, {writers} writers, {seconds:g} s …", style="dim")
    stress = Stress(seconds=seconds, writers=writers, held_s=held_s, seed=seed)
    outcome = _stressed(stress, kill_interval_s)
    print_order(stress, outcome)
    if not outcome.verdict.is_clean:
        sys.exit(EXIT_VIOLATED)


def _stressed(stress: Stress, kill_interval_s: float) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, log_server(durable=True) as settings:
        assert settings.database_url is not None
        sequencers = KilledSequencers(
            settings.database_url, Path(folder), stress.seed, kill_interval_s
        )
        return asyncio.run(stressed(settings, stress, sequencers.running))


@main.command()
@click.option(
    "--events", type=click.IntRange(1), default=100_000, show_default=True, help="The backlog."
)
@click.option(
    "--at-a-time",
    type=click.IntRange(1),
    default=1_000,
    show_default=True,
    help="Events that one transaction of the backlog appended.",
)
def drain(*, events: int, at_a_time: int) -> None:
    """Measure how fast a backlog is put in order, as after an outage of the sequencer.

    For example:

        scripts/soak drain --events 100000
    """
    with log_server(durable=True) as settings:
        print_drain(asyncio.run(drained(settings, events, at_a_time)))


if __name__ == "__main__":
    main(prog_name="scripts/soak")
