"""Soaks of the log: its order, its backlog, its price, its sequencers."""

import asyncio
import sys
import tempfile
from pathlib import Path
from secrets import randbelow

import rich_click as click

from plaza.outbox.vanished_peers import NOTICED_AFTER_S_MAX
from soaking.drain import drained
from soaking.killed_processes import KilledSequencers
from soaking.log_server import log_server
from soaking.order import Outcome, Stress, stressed
from soaking.report import print_drain, print_order, print_toll
from soaking.shared_options import EXIT_VIOLATED, SEEDS, console, seconds_option
from soaking.toll import Toll, toll
from soaking.vanished import freed_after_s

PARTITION_SIZE = 1_000_000
SLACK_S = 2.0


@click.command()
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


@click.command()
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


@click.command("toll")
@click.option(
    "--seconds", type=click.FloatRange(1), default=10, show_default=True, help="Each of three."
)
@click.option("--clients", type=click.IntRange(1), default=32, show_default=True)
@click.option(
    "--percent-max",
    type=click.FloatRange(0, 100),
    default=35,
    show_default=True,
    help="What putting events in order may take of the throughput.",
)
def order_toll(*, seconds: float, clients: int, percent_max: float) -> None:
    """Measure what the order of the log costs those who write to it.

    For example:

        scripts/soak toll --clients 32
    """
    console.print(f"{clients} clients, {3 * seconds:g} s …", style="dim")
    found = _tolled(seconds, clients)
    print_toll(found)
    if found.order_percent > percent_max:
        sys.exit(EXIT_VIOLATED)


def _tolled(seconds: float, clients: int) -> Toll:
    with (
        tempfile.TemporaryDirectory() as folder,
        log_server(durable=True, partition_size=PARTITION_SIZE) as settings,
    ):
        assert settings.database_url is not None
        sequencers = KilledSequencers(settings.database_url, Path(folder), 0, 0)
        return asyncio.run(toll(settings, seconds, clients, sequencers.running))


@click.command()
def vanished() -> None:
    """Let a sequencer's network turn into a black hole, and see how long its turn stays taken.

    For example:

        scripts/soak vanished
    """
    console.print(f"At most {NOTICED_AFTER_S_MAX} s …", style="dim")
    with log_server(durable=False) as settings:
        waited_s = asyncio.run(freed_after_s(settings))
    console.print(f"Its turn came free after {waited_s:.1f} s.")
    if waited_s > NOTICED_AFTER_S_MAX + SLACK_S:
        sys.exit(EXIT_VIOLATED)
