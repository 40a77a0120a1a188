"""Notes when what the log holds could be seen: until then its transactions had committed."""

import asyncio
import time
from bisect import bisect_left
from pathlib import Path

import asyncpg
import msgspec
from bench_plaza import running_servers
from bench_plaza.child_process import DidNotStart

INTERVAL_S = 0.01
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM outbox.position"


class Sightings(msgspec.Struct):
    """At which time which position was the last, both growing."""

    times: list[float] = []
    positions: list[int] = []

    def add(self, at: float, position: int) -> None:
        if not self.positions or position > self.positions[-1]:
            self.times.append(at)
            self.positions.append(position)

    def committed_by(self, position: int) -> float:
        """A time by which the fact at the position had been committed for certain."""
        index = bisect_left(self.positions, position)
        return self.times[index] if index < len(self.times) else float("inf")


async def watch(data_dir: Path, sightings: Sightings) -> None:
    """Look at the log's end again and again, over outages too, until cancelled."""
    while True:
        try:
            await _watch_once(data_dir, sightings)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, DidNotStart):
            await asyncio.sleep(INTERVAL_S)


async def _watch_once(data_dir: Path, sightings: Sightings) -> None:
    database = await connected(data_dir)
    try:
        while True:
            position = await database.fetchval(LAST_POSITION)
            sightings.add(time.time(), position)
            await asyncio.sleep(INTERVAL_S)
    finally:
        database.terminate()


async def connected(data_dir: Path) -> asyncpg.Connection:
    """A connection to the database of a running plaza that sees every row."""
    database = await running_servers.connected(data_dir)
    await database.execute("SELECT set_config('plaza.scope', 'market', false)")
    return database
