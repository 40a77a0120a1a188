"""The command line of `scripts/soak`."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path
from secrets import randbelow

import rich_click as click
from rich.console import Console

from plaza.embedded.servers import temporary_cluster, temporary_valkey
from plaza.entrypoints.installation import migrate
from plaza.outbox.vanished_peers import NOTICED_AFTER_S_MAX
from soaking.drain import drained
from soaking.killed_processes import KilledSequencers
from soaking.log_server import log_server, log_settings
from soaking.order import Outcome, Stress, stressed
from soaking.outage import outage
from soaking.rebuild import rebuilt
from soaking.rebuild_beside import SPARE_FACTS, rebuilt_beside
from soaking.report import (
    percentile,
    print_beside,
    print_drain,
    print_order,
    print_pairs,
    print_toll,
)
from soaking.token_processes import token_pairs, token_servers
from soaking.tokens import Plan
from soaking.toll import Toll, toll
from soaking.vanished import freed_after_s

EXIT_VIOLATED = 1
PARTITION_SIZE = 1_000_000
BACK_S_MAX = 5.0
SLACK_S = 2.0
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

        scripts/soak rebuild --facts 200000

        scripts/soak rebuild-beside --rows 1000000

        scripts/soak tokens --pairs 10000 --rate 300

        scripts/soak outage --seconds 60

        scripts/soak vanished
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


@main.command("toll")
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


@main.command()
@click.option("--facts", type=click.IntRange(1), default=200_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
def rebuild(*, facts: int, seed: int) -> None:
    """Measure how fast the product listing is built anew from the log, and compare it.

    For example:

        scripts/soak rebuild --facts 200000
    """
    with temporary_cluster(durable=True) as cluster:
        settings = log_settings(cluster, partition_size=2 * facts)
        asyncio.run(migrate(settings))
        outcome = asyncio.run(rebuilt(settings, facts, seed))
    console.print(
        f"{outcome.facts:,} facts in {outcome.filled_s:.1f} s "
        f"({outcome.facts_per_s:,.0f} a second); "
        f"compared and switched after {outcome.whole_s:.1f} s. {outcome.rows:,} rows, "
        f"{outcome.differing:,} documents differ."
    )
    if outcome.differing:
        sys.exit(EXIT_VIOLATED)


@main.command("rebuild-beside")
@click.option("--rows", type=click.IntRange(1_000), default=1_000_000, show_default=True)
@click.option(
    "--rate",
    "commands_per_s",
    type=click.FloatRange(1),
    default=100,
    show_default=True,
    help="Commands a second.",
)
@click.option(
    "--quiet",
    "quiet_s",
    type=click.FloatRange(1),
    default=20,
    show_default=True,
    help="Seconds of commands with no rebuild beside them, to compare with.",
)
@click.option(
    "--growth-max",
    "growth_mb_max",
    type=click.FloatRange(1),
    default=300,
    show_default=True,
    help="Megabytes that the process may grow by while it rebuilds.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
def beside(
    *, rows: int, commands_per_s: float, quiet_s: float, growth_mb_max: float, seed: int
) -> None:
    """Build a listing of many rows anew while commands change what it shows.

    For example:

        scripts/soak rebuild-beside --rows 1000000 --rate 100
    """
    with temporary_cluster(durable=True) as cluster:
        settings = log_settings(cluster, partition_size=2 * rows + SPARE_FACTS)
        asyncio.run(migrate(settings))
        found = asyncio.run(rebuilt_beside(settings, rows, seed, commands_per_s, quiet_s))
    print_beside(found)
    if found.rebuilt.differing or found.rebuilt.growth_mb > growth_mb_max:
        sys.exit(EXIT_VIOLATED)


@main.command()
@click.option("--pairs", type=click.IntRange(100), default=10_000, show_default=True)
@click.option(
    "--rate",
    "pairs_per_s",
    type=click.FloatRange(1),
    default=300,
    show_default=True,
    help="Commands a second, each with a read behind it.",
)
@click.option("--clients", type=click.IntRange(1), default=50, show_default=True)
@click.option(
    "--wait-max",
    "wait_ms_max",
    type=click.FloatRange(1),
    default=150,
    show_default=True,
    help="Milliseconds that 99 of 100 reads may take, wait and all.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeats the delays of an earlier soak.")
def tokens(
    *, pairs: int, pairs_per_s: float, clients: int, wait_ms_max: float, seed: int | None
) -> None:
    """Read something older than the command that the read carries the token of, if you can.

    API and projector are processes of their own. Between the projector and PostgreSQL, and between
    both and Valkey, the network is slow by another measure every moment, and loses connections with
    the pushes on them.

    For example:

        scripts/soak tokens --pairs 10000 --rate 300 --seed 49
    """
    seed = randbelow(SEEDS) if seed is None else seed
    seconds = pairs / pairs_per_s
    console.print(f"Seed {seed}, {pairs:,} pairs, about {seconds:.0f} s …", style="dim")
    plan = Plan(pairs=pairs, pairs_per_s=pairs_per_s)
    with token_servers() as settings:
        found = asyncio.run(token_pairs(settings, plan, clients, seed))
    print_pairs(plan, found, seed)
    if not found.is_clean or percentile(sorted(found.wait_ms), 99) > wait_ms_max:
        sys.exit(EXIT_VIOLATED)


@main.command("outage")
@seconds_option
def database_outage(*, seconds: float) -> None:
    """Take PostgreSQL away, and see what people are answered who go on.

    For example:

        scripts/soak outage --seconds 60
    """
    console.print(f"{seconds:g} s without PostgreSQL …", style="dim")
    with temporary_cluster() as cluster, temporary_valkey() as valkey:
        found = asyncio.run(outage(cluster, valkey.url, seconds))
    console.print(f"Reads {dict(found.reads)}, commands {dict(found.commands)}.")
    console.print(f"A command was done {found.back_s:.1f} s after PostgreSQL was back.")
    if not found.is_clean or found.back_s > BACK_S_MAX:
        sys.exit(EXIT_VIOLATED)


@main.command()
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


if __name__ == "__main__":
    main(prog_name="scripts/soak")
