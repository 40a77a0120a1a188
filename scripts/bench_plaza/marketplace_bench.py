"""The bench of the marketplace itself: start, reads, commands, memory."""

import asyncio
import os
import platform
from collections import Counter
from collections.abc import Mapping

import httpx
import msgspec

from bench_plaza.command_rate import measure_command_rate
from bench_plaza.goods import read_cards, read_goods
from bench_plaza.keep_alive import UnexpectedAnswer
from bench_plaza.memory import Memory, largest, memory_by_role
from bench_plaza.plaza_process import Plaza, running_plaza
from bench_plaza.progress import doing
from bench_plaza.read_load import LoadGenerator
from bench_plaza.read_rate import Effort, measure_reads
from bench_plaza.results import (
    CEILING,
    FILTERED_LIST,
    LIST,
    PRODUCT_PAGE,
    USUAL_LIST,
    Machine,
    Results,
)
from bench_plaza.usual_way import create_database, running_usual_way
from bench_plaza.visibility import measure_visibility
from plaza.read_models.product_listing.document import ListedProduct, ProductList

USUAL_SERVER = "the usual way"
CARDS = 24


class Extent(msgspec.Struct, frozen=True):
    """How much of everything is measured."""

    effort: Effort
    visible_rounds: int
    command_seconds: int


def bench_marketplace(extent: Extent, generator: LoadGenerator) -> Results:
    with running_plaza() as plaza:
        when_ready = memory_by_role(plaza.pid)
        with doing("Reading its goods"):
            cards = asyncio.run(read_cards(plaza.port))
            goods = asyncio.run(read_goods(plaza.port, cards))
        with doing("Filling the database of the usual way"):
            database_url = asyncio.run(create_database(plaza.data_dir, goods))
        with running_usual_way(database_url) as usual:
            addresses = _addresses(plaza, usual.origin, cards)
            bodies = {name: _body(url) for name, url in addresses.items()}
            _check_same_cards(bodies)
            reads = measure_reads(addresses, generator, extent.effort)
            memory = [when_ready, memory_by_role(plaza.pid), _usual_memory(usual.pid)]
        with doing(f"Waiting for {extent.visible_rounds} prices to show"):
            visibility = asyncio.run(measure_visibility(plaza.port, extent.visible_rounds))
        with doing("Changing prices"):
            commands = asyncio.run(measure_command_rate(plaza.port, extent.command_seconds))
        memory.append(memory_by_role(plaza.pid))
        return Results(
            machine=_machine(generator),
            effort=extent.effort,
            first_start_s=plaza.first_start_s,
            demo=plaza.demo,
            body_bytes={name: len(body) for name, body in bodies.items()},
            reads=reads,
            visibility=visibility,
            commands=commands,
            memory_when_ready=when_ready,
            memory=largest(memory),
        )


def _addresses(plaza: Plaza, usual: str, cards: list[ListedProduct]) -> dict[str, str]:
    """The usual way and the ceiling stand beside the list, so that they meet the same moments."""
    slugs = Counter(card.category.slug for card in cards if card.category)
    ((category, _),) = slugs.most_common(1)
    products = f"{plaza.origin}/v1/products"
    return {
        USUAL_LIST: f"{usual}/v1/products?limit={CARDS}",
        LIST: f"{products}?limit={CARDS}",
        CEILING: f"{plaza.origin}/bench/constant",
        FILTERED_LIST: f"{products}?category={category}&sort=price_asc&in_stock=true&limit={CARDS}",
        PRODUCT_PAGE: f"{products}/{cards[0].slug}",
    }


def _body(url: str) -> bytes:
    headers = {"accept-encoding": "identity"}
    return httpx.get(url, headers=headers, timeout=10, trust_env=False).raise_for_status().content


def _check_same_cards(bodies: Mapping[str, bytes]) -> None:
    """What is compared must be the same work.

    Raises:
        UnexpectedAnswer: the usual way shows something else than plaza does.
    """
    ours, theirs = (_cards(bodies[name]) for name in (LIST, USUAL_LIST))
    for card, other in zip(ours, theirs, strict=True):
        if card != other:
            raise UnexpectedAnswer(f"The lists differ: plaza {card}, the usual way {other}.")
    filtered = _cards(bodies[FILTERED_LIST])
    if len(ours) != CARDS or len(filtered) != CARDS:
        raise UnexpectedAnswer(f"A list of {CARDS} has {len(ours)}, filtered {len(filtered)}.")


def _cards(body: bytes) -> list[ListedProduct]:
    return msgspec.json.decode(body, type=ProductList).items


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
