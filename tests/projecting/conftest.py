"""A log of the test's own, and connections that follow it as a projector does."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from plaza.settings import Settings
from projecting.connecting import Connect, connecting


@pytest_asyncio.fixture(loop_scope="session")
async def connect(fresh_settings: Settings) -> AsyncIterator[Connect]:
    """Opens connections to a new database."""
    async with connecting(fresh_settings) as opening:
        yield opening


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connect: Connect) -> asyncpg.Connection:
    return await connect()
