"""A connection of the tests' own, which sees every vendor's rows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

from plaza.settings import Settings

SEE_ALL = "SELECT set_config('plaza.scope', 'market', false)"


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection, in the scope of the market."""
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"application_name": "plaza tests"}
    )
    try:
        await connection.execute(SEE_ALL)
        yield connection
    finally:
        await connection.close()


async def count_of(connection: asyncpg.Connection, table: str, where: str, *values: object) -> int:
    """How many rows of a table fulfil a condition."""
    counted = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {where}", *values)
    return int(counted)


async def waiting_for_locks(connection: asyncpg.Connection) -> int:
    """How many others wait for a lock in this database, also as seen inside a transaction."""
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    where = "datname = current_database() AND wait_event_type = 'Lock'"
    return await count_of(connection, "pg_stat_activity", where)


async def until(condition: Callable[[], Awaitable[object]], timeout_s: float = 5) -> None:
    """Wait for a condition to become true."""
    async with asyncio.timeout(timeout_s):
        while not await condition():  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.01)
