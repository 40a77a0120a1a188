"""A cluster of the order tests' own: what others do elsewhere would move its snapshots."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import asyncpg
import pytest_asyncio

from plaza.embedded.postgres import PostgresCluster
from plaza.embedded.postgres_data import SUPERUSER
from plaza.embedded.servers import temporary_cluster
from plaza.entrypoints.installation import migrate
from soaking.log_server import log_settings
from soaking.one_log import Log, opened_log
from soaking.things import make_things

PARTITION_SIZE = 100
THINGS = 3

MakeDatabase = Callable[[], Awaitable[str]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def log_cluster() -> AsyncIterator[PostgresCluster]:
    """Its database `plaza` is the template of the logs."""
    with temporary_cluster() as cluster:
        settings = log_settings(cluster, partition_size=PARTITION_SIZE)
        await migrate(settings)
        connection = await asyncpg.connect(settings.database_url)
        await make_things(connection, THINGS)
        await connection.close()
        yield cluster


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def make_database(log_cluster: PostgresCluster) -> MakeDatabase:
    """Makes a database with an empty log, and gives its name."""
    numbers = count(1)

    async def make() -> str:
        name = f"log_{next(numbers)}"
        admin = await asyncpg.connect(log_cluster.url(SUPERUSER, "postgres"))
        await admin.execute(f"CREATE DATABASE {name} OWNER plaza_owner TEMPLATE plaza")
        await admin.close()
        return name

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def log(log_cluster: PostgresCluster, make_database: MakeDatabase) -> AsyncIterator[Log]:
    """An empty log in a database of the test's own, partitions of a hundred."""
    settings = log_settings(
        log_cluster, database=await make_database(), partition_size=PARTITION_SIZE
    )
    async with opened_log(settings) as opened:
        yield opened
