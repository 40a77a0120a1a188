"""A log of the test's own, and connections that follow it as a projector does."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest_asyncio

from plaza.settings import Settings

Connect = Callable[[], Awaitable[asyncpg.Connection]]


@pytest_asyncio.fixture(loop_scope="session")
async def connect(fresh_settings: Settings) -> AsyncIterator[Connect]:
    """Opens connections to a new database; they are closed when the test is over."""
    opened: list[asyncpg.Connection] = []

    async def open_one() -> asyncpg.Connection:
        connection = await asyncpg.connect(
            fresh_settings.database_url,
            server_settings={"role": "plaza_owner", "plaza.scope": "market"},
        )
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connect: Connect) -> asyncpg.Connection:
    return await connect()
