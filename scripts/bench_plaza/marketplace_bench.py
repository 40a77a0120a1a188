"""The bench of the marketplace itself: start, reads, commands, memory."""

import asyncio
import os
import platform
from collections.abc import Sequence

import msgspec
import uvloop

from bench_plaza.changing_load import measure_changing
from bench_plaza.command_rate import measure_command_rate
from bench_plaza.crowd import Crowd, Served
from bench_plaza.crowd_load import served_and_held
from bench_plaza.goods import read_cards, read_goods
from bench_plaza.memory import Memory, largest, memory_by_role
from bench_plaza.plaza_process import Plaza, running_plaza
from bench_plaza.progress import doing
from bench_plaza.read_load import LoadGenerator
from bench_plaza.read_rate import Effort, ReadRate, measure_reads
from bench_plaza.read_servers import LIMITS, api_pid, bodies_of, read_addresses
from bench_plaza.results import Alone, Machine, Results
from bench_plaza.storefront import storefront_paths
from bench_plaza.usual_way import create_database
from bench_plaza.visibility import measure_visibility
from plaza.read_models.product_listing.document import ListedProduct

USUAL_SERVER = "the usual way"
CROWD, CROWD_READS_PER_S, CROWD_PATHS = 1000, 2_000.0, 20_000
COLD_S = 4
"""How long it comes to an API process that has read nothing of it yet."""

MemorySamples = list[dict[str, Memory]]


class Extent(msgspec.Struct, frozen=True):
    """How much of everything is measured."""

    effort: Effort
    crowd_seconds: int
    changing_seconds: int
    visible_rounds: int
    command_seconds: int


def bench_marketplace(
    extent: Extent, generator: LoadGenerator, *, reads_only: bool = False
) -> Results:
    with running_plaza(LIMITS) as plaza:
        memory = [memory_by_role(plaza.pid)]
        with doing("Reading its goods"):
            cards = asyncio.run(read_cards(plaza.port))
        reads, body_bytes = _reads(plaza, cards, extent, generator, memory)
        # First nothing of it is in memory: what a restart under full load is like.
        cold, cold_mb = _crowd(plaza, cards, COLD_S)
        crowd, crowd_mb = _crowd(plaza, cards, extent.crowd_seconds)
        with doing("Reading while prices change"):
            changing = uvloop.run(measure_changing(plaza.port, cards, extent.changing_seconds))
        memory.append(memory_by_role(plaza.pid))
        alone = None if reads_only else _alone(plaza.port, extent)
        memory.append(memory_by_role(plaza.pid))
        return Results(
            machine=_machine(generator),
            effort=extent.effort,
            first_start_s=plaza.first_start_s,
            demo=plaza.demo,
            body_bytes=body_bytes,
            reads=reads,
            cold=cold,
            crowd=crowd,
            crowd_mb=max(cold_mb, crowd_mb),
            changing=changing,
            alone=alone,
            memory_when_ready=memory[0],
            memory=largest(memory),
        )


def _reads(
    plaza: Plaza,
    cards: Sequence[ListedProduct],
    extent: Extent,
    generator: LoadGenerator,
    memory: MemorySamples,
) -> tuple[dict[str, ReadRate], dict[str, int]]:
    with doing("Filling the database of the usual way"):
        goods = asyncio.run(read_goods(plaza.port, cards))
        database_url = asyncio.run(create_database(plaza.data_dir, goods))
    with read_addresses(plaza, cards, database_url) as (addresses, usual):
        bodies = bodies_of(addresses)
        reads = measure_reads(addresses, generator, extent.effort)
        memory += [memory_by_role(plaza.pid), _usual_memory(usual.pid)]
    return reads, {name: len(body) for name, body in bodies.items()}


def _crowd(plaza: Plaza, cards: Sequence[ListedProduct], duration_s: int) -> tuple[Served, float]:
    """Shoppers on a thousand connections; and what the API process holds meanwhile."""
    paths = storefront_paths(cards, CROWD_PATHS)
    crowd = Crowd(plaza.port, CROWD, CROWD_READS_PER_S, duration_s, paths)
    with doing(f"{CROWD:,} connections"):
        return uvloop.run(served_and_held(crowd, api_pid(plaza)))


def _alone(port: int, extent: Extent) -> Alone:
    with doing(f"Waiting for {extent.visible_rounds} prices to show"):
        visibility = asyncio.run(measure_visibility(port, extent.visible_rounds))
    with doing("Changing prices"):
        commands = asyncio.run(measure_command_rate(port, extent.command_seconds))
    return Alone(visibility, commands)


def _usual_memory(pid: int) -> dict[str, Memory]:
    (memory,) = memory_by_role(pid).values()
    return {USUAL_SERVER: memory}


def _machine(generator: LoadGenerator) -> Machine:
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        generator=generator.name,
    )
