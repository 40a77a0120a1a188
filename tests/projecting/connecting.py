"""Connections as a projector has them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import asyncpg

from plaza.settings import Settings

Connect = Callable[[], Awaitable[asyncpg.Connection]]


@asynccontextmanager
async def connecting(settings: Settings) -> AsyncIterator[Connect]:
    """Opens connections; they are closed when it is left."""
    opened: list[asyncpg.Connection] = []

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(
            settings.database_url,
            server_settings={"role": "plaza_owner", "plaza.scope": "market"},
        )
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        # Tests end some of them by the server: such a one may not have noticed, and there is nobody
        # to say goodbye to.
        with suppress(BrokenPipeError, ConnectionResetError):
            await connection.close()
