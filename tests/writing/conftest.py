"""A runner of the tests' own, beside the marketplace's."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from plaza.bootstrap import CONSTRAINTS
from plaza.settings import Settings
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CommandRunner
from writing.watching import watching


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def runner(settings: Settings) -> AsyncIterator[CommandRunner]:
    async with open_command_runner(settings, CONSTRAINTS, "plaza runner of tests") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(settings) as connection:
        yield connection
