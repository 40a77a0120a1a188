"""What the order of the log costs those who write to it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

import asyncpg
import msgspec

from plaza.outbox.partitions import ensure_partitions
from plaza.settings import Settings
from soaking.sequencers import Sequencers
from soaking.things import begin_as_commands_do, bump, change, make_things


class Toll(msgspec.Struct, frozen=True):
    """Transactions a second."""

    without_events: float
    with_events: float
    with_order: float

    @property
    def order_percent(self) -> float:
        """What putting events in order takes of what can be written with them."""
        return 100 * (1 - self.with_order / self.with_events)


async def toll(
    settings: Settings,
    seconds: float,
    clients: int,
    open_sequencers: Callable[[], AbstractAsyncContextManager[Sequencers]],
) -> Toll:
    """Write with and without events, and with a sequencer beside that."""
    owner = await asyncpg.connect(settings.database_url)
    things = await make_things(owner, clients)
    await ensure_partitions(owner, settings.outbox_partition_size)
    try:
        without_events = await _rate(settings, things, seconds, has_events=False)
        with_events = await _rate(settings, things, seconds, has_events=True)
        async with open_sequencers():
            with_order = await _rate(settings, things, seconds, has_events=True)
    finally:
        await owner.close()
    return Toll(without_events, with_events, with_order)


async def _rate(
    settings: Settings, things: list[UUID], seconds: float, *, has_events: bool
) -> float:
    """Transactions a second, each client changing a thing of its own."""
    ends_at = time.monotonic() + seconds

    async def write(thing: UUID) -> int:
        connection = await asyncpg.connect(
            settings.database_url, server_settings={"role": "plaza_app"}
        )
        done = 0
        while time.monotonic() < ends_at:
            async with connection.transaction():
                await begin_as_commands_do(connection)
                await (change(connection, thing) if has_events else bump(connection, thing))
            done += 1
        await connection.close()
        return done

    return sum(await asyncio.gather(*(write(thing) for thing in things))) / seconds
