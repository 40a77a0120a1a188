"""What the tests of the crossings look at beside the API."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from plaza.settings import Settings
from writing.watching import watching


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection
