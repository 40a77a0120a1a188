"""One server pair a run, one template database, one database a worker."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack

import asyncpg
import pytest
import pytest_asyncio
import uvloop

from actors import Marketplace, open_marketplace
from cheap_passwords import hash_cheaply
from one_tls_context import share_tls_context
from patience import wait_longer
from plaza.embedded.servers import temporary_servers
from plaza.entrypoints.installation import migrate, settle
from plaza.kernel.hosts import Hosts
from plaza.kernel.loopback import LoopbackUrl
from plaza.settings import Settings
from sandbox_server import SECRET, Sandbox, running_sandbox, sandbox_settings

ADMIN_URL = "PLAZA_TEST_ADMIN_URL"
REDIS_URL = "PLAZA_TEST_REDIS_URL"
TEMPLATE = "plaza_template"
ORDERS_PER_DATABASE = 1_000_000


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the process that xdist's workers are children of."""
    hash_cheaply()
    share_tls_context()
    wait_longer()
    # Shells start what they put in the background deaf to Ctrl-C, and so would be all its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    running = ExitStack()
    servers = running.enter_context(temporary_servers())
    config.add_cleanup(running.close)
    os.environ[ADMIN_URL] = servers.admin_url
    os.environ[REDIS_URL] = servers.redis_url
    asyncio.run(_make_template(servers.admin_url, servers.redis_url))


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the processes of a plaza have."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_finish() -> None:
    """Leave what stays for ever out of every collection: each would hold the loop for a second."""
    gc.collect()
    gc.freeze()


async def _make_template(admin_url: str, redis_url: str) -> None:
    await _create_database(admin_url, TEMPLATE, None)
    settings = _settings(admin_url, redis_url, TEMPLATE)
    await migrate(settings)
    await settle(settings)


async def _create_database(admin_url: str, name: str, template: str | None) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        source = "" if template is None else f"TEMPLATE {template} STRATEGY FILE_COPY"
        await connection.execute(f"CREATE DATABASE {name} OWNER plaza_owner {source}")
    finally:
        await connection.close()


def _settings(
    admin_url: str, redis_url: str, database: str, sandbox_url: LoopbackUrl | None = None
) -> Settings:
    socket = admin_url.partition("?host=")[2]
    return Settings(
        database_url=f"postgresql://plaza_owner@/{database}?host={socket}",
        redis_url=redis_url,
        secret_key=SECRET,
        require_verified_email=False,
        # One process asks for everybody in the tests, from one address.
        rate_limits_exempt_loopback=True,
        allowed_hosts=Hosts("plaza.test"),
        outbox_partition_size=1_000_000,
        sandbox_url=sandbox_url,
        # One sandbox serves many databases, most of them without a port to be told at.
        sandbox_webhooks=False,
        payment_timeout_s=2,
        log_level="error",
    )


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    worker = getattr(request.config, "workerinput", {"workerid": "main"})
    return str(worker["workerid"])


class Databases:
    """Makes databases out of the template, each with a log of its own."""

    def __init__(self, worker: str, sandbox_url: LoopbackUrl) -> None:
        self._worker = worker
        self._sandbox_url = sandbox_url
        self._made = 0

    async def make(self) -> Settings:
        """Settings of a new database, migrated, with an operator."""
        self._made += 1
        name = f"plaza_{self._worker}_{self._made}"
        await _create_database(os.environ[ADMIN_URL], name, TEMPLATE)
        admin_url, redis_url = os.environ[ADMIN_URL], os.environ[REDIS_URL]
        settings = _settings(admin_url, redis_url, name, self._sandbox_url)
        # A copy is another log than its template: it begins an epoch of its own.
        await migrate(settings)
        await self._number_apart(settings)
        return settings

    async def _number_apart(self, settings: Settings) -> None:
        """Give its orders numbers of their own: all databases of a worker share a sandbox."""
        connection = await asyncpg.connect(settings.database_url)
        first = self._made * ORDERS_PER_DATABASE
        await connection.execute(f"ALTER SEQUENCE ordering.order_number RESTART WITH {first}")
        await connection.close()

    async def drop(self, settings: Settings) -> None:
        assert settings.database_url is not None
        name = settings.database_url.rpartition("/plaza_")[2].partition("?")[0]
        connection = await asyncpg.connect(os.environ[ADMIN_URL])
        await connection.execute(f"DROP DATABASE plaza_{name} WITH (FORCE)")
        await connection.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The payment provider of every marketplace of this worker."""
    with running_sandbox(sandbox_settings(tmp_path_factory.mktemp("sandbox"))) as running:
        yield running


@pytest.fixture(scope="session")
def databases(worker_name: str, sandbox: Sandbox) -> Databases:
    return Databases(worker_name, sandbox.url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def settings(databases: Databases) -> Settings:
    """Settings of the worker's own database."""
    return await databases.make()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def marketplace(settings: Settings) -> AsyncIterator[Marketplace]:
    """A running marketplace: API, sequencer and followers in this process."""
    async with open_marketplace(settings) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_settings(databases: Databases) -> AsyncIterator[Settings]:
    """Settings of a database that nobody else uses."""
    made = await databases.make()
    yield made
    await databases.drop(made)


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_marketplace(fresh_settings: Settings) -> AsyncIterator[Marketplace]:
    """A running marketplace of this test alone."""
    async with open_marketplace(fresh_settings) as opened:
        yield opened
