"""A log of the test's own, and a public reader's connections to it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from plaza.reading.pools import open_public_pool
from plaza.settings import Settings
from projecting.connecting import connecting


@pytest_asyncio.fixture(loop_scope="session")
async def connection(fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner's."""
    async with connecting(fresh_settings) as connect:
        yield await connect()


@pytest_asyncio.fixture(loop_scope="session")
async def pool(fresh_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    assert fresh_settings.database_url is not None
    opened = await open_public_pool(fresh_settings.database_url, 2)
    yield opened
    await opened.close()
