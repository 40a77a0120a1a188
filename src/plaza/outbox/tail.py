"""Following the log as it grows, for people who look."""

import asyncio
from collections.abc import AsyncGenerator

import asyncpg

from plaza.kernel.event import Fact
from plaza.outbox.read import read_stretch
from plaza.settings import Settings

POLL_INTERVAL_S = 0.2
STRETCH = 500

END = "SELECT coalesce(max(position), 0) FROM outbox.position"


async def tail_events(
    settings: Settings, from_position: int | None, types: tuple[str, ...]
) -> AsyncGenerator[Fact, None]:
    """The facts from a position on (None: only new ones), without end."""
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_owner"}
    )
    try:
        start = await connection.fetchval(END) if from_position is None else from_position - 1
        async for fact in _facts_after(connection, start, types):
            yield fact
    finally:
        await connection.close()


async def _facts_after(
    connection: asyncpg.Connection, after: int, types: tuple[str, ...]
) -> AsyncGenerator[Fact, None]:
    while True:
        stretch = await read_stretch(connection, after, STRETCH, types or None)
        for fact in stretch.facts:
            yield fact
        after = stretch.upto
        if not stretch.length:
            await asyncio.sleep(POLL_INTERVAL_S)
