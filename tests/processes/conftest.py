"""A log of the test's own, and what a process needs to follow it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from plaza.bootstrap import CONSTRAINTS
from plaza.settings import Settings
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CommandRunner
from projecting.connecting import Connect, connecting


@pytest_asyncio.fixture(loop_scope="session")
async def connect(fresh_settings: Settings) -> AsyncIterator[Connect]:
    """Opens connections to a new database."""
    async with connecting(fresh_settings) as opening:
        yield opening


@pytest_asyncio.fixture(loop_scope="session")
async def connection(connect: Connect) -> asyncpg.Connection:
    return await connect()


@pytest_asyncio.fixture(loop_scope="session")
async def runner(fresh_settings: Settings) -> AsyncIterator[CommandRunner]:
    async with open_command_runner(fresh_settings, CONSTRAINTS, "plaza processes") as opened:
        yield opened
