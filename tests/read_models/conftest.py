"""A database whose read models hold what a test writes, until the test is over."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from conftest import Databases
from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection
from plaza.reading.pools import PrivateReads, open_private_pool
from plaza.settings import Settings
from read_models.given import given

Shown = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def quiet_settings(databases: Databases) -> AsyncIterator[Settings]:
    """A database that no follower writes to."""
    made = await databases.make()
    yield made
    await databases.drop(made)


@pytest_asyncio.fixture(loop_scope="session")
async def connection(quiet_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A projector's connection in a transaction that is rolled back."""
    opened = await asyncpg.connect(
        quiet_settings.database_url,
        server_settings={"role": "plaza_owner", "plaza.scope": "market"},
    )
    transaction = opened.transaction()
    await transaction.start()
    yield opened
    await transaction.rollback()
    await opened.close()


@pytest.fixture
def written(connection: asyncpg.Connection) -> Shown:
    """Writes what follows from events, and gives the connection to everybody's eyes."""

    async def write(projection: Projection, *events: Event) -> asyncpg.Connection:
        await connection.execute("SET LOCAL ROLE plaza_owner")
        tables = await BuildTables.of(connection, projection, 1)
        await tables.write(connection, given(*events).told(projection))
        await connection.execute("SET LOCAL ROLE plaza_reader")
        return connection

    return write


@pytest_asyncio.fixture(loop_scope="session")
async def reads(quiet_settings: Settings) -> AsyncIterator[PrivateReads]:
    """What shoppers and vendors read on the quiet database."""
    assert quiet_settings.database_url is not None
    opened = await open_private_pool(quiet_settings.database_url, 1)
    yield opened
    await opened.close()
