"""A connection of the tests' own, which sees every vendor's rows."""

from collections.abc import AsyncIterator
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
