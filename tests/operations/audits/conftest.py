"""A database of the test alone, and an audit at work on it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from plaza.operations.audits import Auditing, auditing
from plaza.settings import Settings
from projecting.connecting import Connect, connecting


@pytest_asyncio.fixture(loop_scope="session")
async def connect(fresh_settings: Settings) -> AsyncIterator[Connect]:
    async with connecting(fresh_settings) as opening:
        yield opening


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connect: Connect) -> asyncpg.Connection:
    return await connect()


@pytest_asyncio.fixture(loop_scope="session")
async def work(fresh_settings: Settings) -> AsyncIterator[Auditing]:
    async with auditing(fresh_settings) as opened:
        yield opened
