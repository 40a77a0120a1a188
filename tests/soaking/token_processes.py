"""The token pairs against processes as `plaza up` starts them, on servers of their own."""

import asyncio
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress

import msgspec
from bench_plaza.keep_alive import Connection

from actors import open_marketplace
from plaza.embedded.servers import temporary_servers
from plaza.entrypoints.installation import migrate, settle
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.kernel.hosts import Hosts
from plaza.settings import Settings
from soaking.delays import Delayed, delayed
from soaking.tokens import Ask, Heard, Pairs, Plan, goods_of, paired

READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 10
POLL_INTERVAL_S = 0.1
OK = 200


@contextmanager
def token_servers() -> Iterator[Settings]:
    """PostgreSQL and Valkey, and the settings of a marketplace on them."""
    with temporary_servers() as servers, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        yield Settings(
            database_url=servers.database_url,
            redis_url=servers.redis_url,
            secret_key="a secret of the soaks, long enough to be one",
            require_verified_email=False,
            rate_limits_exempt_loopback=True,
            # As the people of the tests call it.
            allowed_hosts=Hosts("plaza.test"),
            port=port,
            log_level="error",
        )


async def token_pairs(settings: Settings, plan: Plan, clients: int, seed: int) -> Pairs:
    """Migrate, fill, start the processes behind a slow network, and let the clients go on."""
    await migrate(settings)
    await settle(settings)
    async with open_marketplace(settings) as marketplace:
        goods = await goods_of(marketplace, clients)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Ask]:
        async with Connection(settings.port) as connection:

            async def ask(
                method: str, path: str, document: object, headers: Mapping[str, str]
            ) -> Heard:
                body = b"" if document is None else msgspec.json.encode(document)
                answer = await connection.send(method, path, body, headers)
                return Heard(answer.status, answer.headers, answer.body)

            yield ask

    async with delayed(settings, seed) as made, _processes(made):
        await paired(Plan(pairs=len(goods) * 5, pairs_per_s=20), goods, connect)
        return await paired(plan, goods, connect, first_version=6)


@asynccontextmanager
async def _processes(made: Delayed) -> AsyncIterator[None]:
    api = await _started("api", made.api)
    projector = await _started("projector", made.projector)
    try:
        await _until_ready(made.api.port)
        yield
    finally:
        for process in (api, projector):
            process.terminate()
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await asyncio.gather(api.wait(), projector.wait())


async def _started(role: str, settings: Settings) -> Process:
    return await asyncio.create_subprocess_exec(
        *commands(settings)[role], env=environment(settings)
    )


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(READY_TIMEOUT_S):
        while True:
            with suppress(OSError):
                async with Connection(port) as connection:
                    if (await connection.get("/health/ready")).status == OK:
                        return
            await asyncio.sleep(POLL_INTERVAL_S)
