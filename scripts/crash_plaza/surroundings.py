"""A plaza whose servers are the harness's own, with a faulty network between all of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager

import msgspec
from bench_plaza.child_process import free_port
from fuzz_plaza.own_plaza import Plaza, running_plaza

from fault_proxy import FaultProxy, fault_proxy
from plaza.embedded.servers import EmbeddedServers, embedded_servers, temporary_folder

POSTGRES_SOCKET = ".s.PGSQL.5432"


class Surroundings(msgspec.Struct, frozen=True):
    """Whatever may fail.

    Attributes:
        proxies: `database`, `redis` and `api`, which stand in front of them.
    """

    plaza: Plaza
    servers: EmbeddedServers
    proxies: Mapping[str, FaultProxy]

    @property
    def port(self) -> int:
        """Where clients ask."""
        return self.proxies["api"].port


@contextmanager
def own_servers() -> Iterator[EmbeddedServers]:
    """PostgreSQL and Valkey as they keep what they were given."""
    with temporary_folder() as folder, embedded_servers(folder) as servers:
        yield servers


@asynccontextmanager
async def surroundings(
    servers: EmbeddedServers, environment: Mapping[str, str]
) -> AsyncIterator[Surroundings]:
    """Start plaza on the servers, which it reaches by way of proxies; it ends with the block."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            fault_proxy(servers.postgres.sockets / POSTGRES_SOCKET)
        )
        redis = await stack.enter_async_context(fault_proxy(servers.valkey.socket))
        settings = {**_settings(database.port, redis.port), **environment}
        running = ExitStack()
        # Beside it the proxies work, without which it would not start.
        plaza = await asyncio.to_thread(running.enter_context, running_plaza(settings))
        stack.push_async_callback(asyncio.to_thread, running.close)
        api = await stack.enter_async_context(fault_proxy(plaza.port))
        yield Surroundings(plaza, servers, {"database": database, "redis": redis, "api": api})


def _settings(database_port: int, redis_port: int) -> dict[str, str]:
    return {
        "PLAZA_DATABASE_URL": f"postgresql://plaza_owner@127.0.0.1:{database_port}/plaza",
        "PLAZA_REDIS_URL": f"redis://127.0.0.1:{redis_port}",
        "PLAZA_SANDBOX_URL": f"http://127.0.0.1:{free_port()}",
        "PLAZA_REQUIRE_VERIFIED_EMAIL": "0",
        "PLAZA_RATE_LIMITS_EXEMPT_LOOPBACK": "1",
        "PLAZA_WORKERS": "2",
    }
