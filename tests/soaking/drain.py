"""How fast the sequencer drains what was committed while it was away."""

import time

import asyncpg
import msgspec

from plaza.outbox.partitions import ensure_partitions
from plaza.outbox.sequencer import Sequencer
from plaza.settings import Settings
from soaking.things import change, make_things


class Drained(msgspec.Struct, frozen=True):
    events: int
    seconds: float

    @property
    def events_per_s(self) -> float:
        return self.events / self.seconds


async def drained(settings: Settings, events: int, at_a_time: int) -> Drained:
    """Append a backlog, then tick until nothing is left."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        (thing,) = await make_things(connection, 1)
        left = events
        while left > 0:
            await ensure_partitions(connection, settings.outbox_partition_size)
            async with connection.transaction():
                await change(connection, thing, min(left, at_a_time))
            left -= at_a_time
        sequencer = Sequencer(connection)
        await sequencer.start()
        begun_at = time.monotonic()
        while await sequencer.tick() is not None:
            pass
        seconds = time.monotonic() - begun_at
        placed = await connection.fetchval("SELECT count(*) FROM outbox.position")
    finally:
        await connection.close()
    return Drained(events=placed, seconds=seconds)
