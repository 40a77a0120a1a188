"""A rebuild while commands keep coming: what it takes of memory, and of those who command."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random

import asyncpg
import msgspec

from plaza.contexts.catalog.events import OfferChanged, OfferedPrice
from plaza.outbox.partitions import ensure_partitions
from plaza.outbox.sequencer import Sequencer
from plaza.projecting.catching_up import catch_up
from plaza.projecting.follower import Follower
from plaza.projecting.steps import Fenced
from plaza.read_models.product_listing.projection import PROJECTION
from plaza.settings import Settings
from projecting.log import a_follower
from soaking.listed import TEMPLATES, list_products
from soaking.one_rebuild import RebuiltBeside
from soaking.things import PREPARE, append, begin_as_commands_do, bump

FACTS_A_PRODUCT = 4
"""It is created, offered, published and stocked."""
ROWS_A_PRODUCT = 2
OFFERS = 1_000
"""So many are changed by commands, one after the other."""
SAID_BEFORE = 100
"""Versions that commands go on from, above all that was told."""
TICK_INTERVAL_S = 0.005
FOLLOW_INTERVAL_S = 0.02
SPARE_FACTS = 1_000_000

CHANGED = """
    INSERT INTO soaking.thing (id, version)
    SELECT aggregate_id, $1 FROM outbox.event WHERE type = 'catalog.offer_created.v1'
    ORDER BY id LIMIT $2
"""
OFFERED = """
    SELECT payload ->> 'product_id' AS product_id, payload ->> 'vendor_id' AS vendor_id,
        aggregate_id AS offer_id
    FROM outbox.event WHERE type = 'catalog.offer_created.v1' ORDER BY id LIMIT $1
"""

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Beside(msgspec.Struct, frozen=True):
    """What came of it, and how long each command took with and without it beside."""

    rebuilt: RebuiltBeside
    quiet_ms: list[float]
    beside_ms: list[float]


async def rebuilt_beside(
    settings: Settings, rows: int, seed: int, commands_per_s: float, quiet_s: float
) -> Beside:
    """Tell a log of so many rows, and build the listing anew while commands change offers."""
    assert settings.database_url is not None

    async def connect() -> asyncpg.Connection:
        role = {"role": "plaza_owner", "plaza.scope": "market", "jit": "off"}
        return await asyncpg.connect(settings.database_url, server_settings=role)

    connection = await connect()
    facts = rows // ROWS_A_PRODUCT * FACTS_A_PRODUCT
    told = await list_products(connection, facts, seed, FACTS_A_PRODUCT)
    await connection.execute("VACUUM ANALYZE outbox.event, outbox.position")
    await catch_up(connection, PROJECTION, 1, {0: told}, ahead=await connect())
    await connection.execute(PREPARE)
    await connection.execute(CHANGED, SAID_BEFORE, OFFERS)
    await ensure_partitions(connection, settings.outbox_partition_size)
    async with _going_on(connect):
        commands = Commands(await connect(), seed, 1 / commands_per_s)
        quiet_ms = await commands.run(asyncio.create_task(asyncio.sleep(quiet_s)))
        rebuilding = asyncio.create_task(_rebuilt(settings.database_url))
        beside_ms = await commands.run(rebuilding)
    return Beside(rebuilding.result(), quiet_ms, beside_ms)


async def _rebuilt(database_url: str) -> RebuiltBeside:
    command = (sys.executable, "-m", "soaking.one_rebuild", database_url)
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return msgspec.json.decode(told, type=RebuiltBeside)


class Commands:
    """Offers that change, as by commands, evenly over time."""

    def __init__(self, connection: asyncpg.Connection, seed: int, interval_s: float) -> None:
        self._connection = connection
        self._random = Random(f"{seed}/commands")  # noqa: S311  no secret
        self._interval_s = interval_s

    async def run(self, until: "asyncio.Task[object]") -> list[float]:
        """Command until something is over; milliseconds that each command took, its wait too."""
        offers = await self._connection.fetch(OFFERED, OFFERS)
        took_ms: list[float] = []
        due_at = time.monotonic()
        while not until.done():
            await asyncio.sleep(max(0.0, due_at - time.monotonic()))
            await self._change(self._random.choice(offers))
            took_ms.append((time.monotonic() - due_at) * 1_000)
            due_at += self._interval_s
        return took_ms

    async def _change(self, offer: asyncpg.Record) -> None:
        async with self._connection.transaction():
            await begin_as_commands_do(self._connection)
            version = await bump(self._connection, offer["offer_id"])
            prices = [OfferedPrice("GBP", version), OfferedPrice("EUR", version)]
            changed = TEMPLATES[OfferChanged]
            event = msgspec.structs.replace(changed, **offer, version=version, prices=prices)
            await append(self._connection, event)


@asynccontextmanager
async def _going_on(connect: Connect) -> AsyncIterator[None]:
    """A sequencer, and a follower of the live build."""
    sequencer = Sequencer(await connect())
    await sequencer.start()
    follower = await a_follower(await connect(), PROJECTION)
    async with asyncio.TaskGroup() as tasks:
        going_on = [
            tasks.create_task(_tick_for_ever(sequencer)),
            tasks.create_task(_follow_for_ever(follower)),
        ]
        yield
        for task in going_on:
            task.cancel()


async def _tick_for_ever(sequencer: Sequencer) -> None:
    while True:
        await sequencer.tick()
        await asyncio.sleep(TICK_INTERVAL_S)


async def _follow_for_ever(follower: Follower) -> None:
    while True:
        try:
            await follower.advance()
        except Fenced:
            follower.forget()
        await asyncio.sleep(FOLLOW_INTERVAL_S)
