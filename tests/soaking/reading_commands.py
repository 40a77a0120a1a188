"""Soaks of read models and of those who read: rebuilds, tokens, an outage."""

import asyncio
import sys
from secrets import randbelow

import rich_click as click

from plaza.embedded.servers import temporary_cluster, temporary_valkey
from plaza.entrypoints.installation import migrate
from soaking.log_server import log_settings
from soaking.outage import outage
from soaking.rebuild import rebuilt
from soaking.rebuild_beside import SPARE_FACTS, rebuilt_beside
from soaking.report import percentile, print_beside, print_pairs
from soaking.shared_options import EXIT_VIOLATED, SEEDS, console, seconds_option
from soaking.token_processes import token_pairs, token_servers
from soaking.tokens import Plan

BACK_S_MAX = 5.0


@click.command()
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


@click.command("rebuild-beside")
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


@click.command()
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


@click.command("outage")
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
