"""G-R3: an API process that is told to stop under load fails nobody who comes by a proxy."""

import asyncio
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from plaza.settings import Settings
from plaza.writing.engine import epoch_tokens
from projecting.connecting import connecting
from projecting.log import tell
from read_models.catalogue import ACategory
from web.api_process import ApiProcess, api_process

CALLERS = 8
ANSWERS_BEFORE, ANSWERS_AFTER = 40, 60
STOPPED_WITHIN_S = 10.0
A_CONNECTION_EACH = httpx.Limits(max_keepalive_connections=0)
CARTS = "SELECT count(*) FROM ordering.cart"
LAST_EVENT = "SELECT max(id) FROM outbox.event"
ASKED = """
    SELECT count(*) FROM pg_stat_activity WHERE application_name = 'plaza public reads'
        AND datname = current_database() AND query LIKE '%outbox.position WHERE id =%'
"""


class Balancer:
    """Does what a proxy in front does: who refuses or resets a connection is not asked again.

    What was reset before anything of an answer came is repeated with another one: the kernel may
    have taken a connection that the process had no time to accept. Reads can be repeated, and so
    can commands under their Idempotency-Key. What is cut off is a failure.
    """

    def __init__(self, client: httpx.AsyncClient, *upstreams: ApiProcess) -> None:
        self._client = client
        self._upstreams = list(upstreams)
        self._turn = 0
        self.answers: Counter[int] = Counter()

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer.

        Raises:
            TransportError: it was cut off, or nobody is left to be asked.
        """
        while self._upstreams:
            self._turn += 1
            upstream = self._upstreams[self._turn % len(self._upstreams)]
            url = f"http://127.0.0.1:{upstream.port}{path}"
            request = self._client.build_request(method, url, **options)
            try:
                answer = await self._client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                self._upstreams = [each for each in self._upstreams if each is not upstream]
                continue
            await answer.aread()
            self.answers[upstream.port] += 1
            return answer
        raise httpx.ConnectError("Nobody is left to be asked.")


async def call_until(balancer: Balancer, leaving: asyncio.Event) -> int:
    """Read, and make carts, until told to leave; how many carts."""
    made = 0
    while not leaving.is_set():
        read = await balancer.ask("GET", "/v1/products")
        assert read.status_code == 200, read.text
        key = {"idempotency-key": uuid4().hex}
        cart = await balancer.ask("POST", "/v1/carts", json={}, headers=key)
        assert cart.status_code == 201, cart.text
        made += 1
    return made


async def until_answered(balancer: Balancer, answers: int) -> None:
    async with asyncio.timeout(60):
        while balancer.answers.total() < answers:  # noqa: ASYNC110  a count rings no bell
            await asyncio.sleep(0.01)


async def a_waiting_read(
    settings: Settings, database: asyncpg.Connection, client: httpx.AsyncClient
) -> asyncio.Task[httpx.Response]:
    """A read under way: nobody sequences here, so that it waits for its token in vain.

    Longer than a process has to stop: it is answered all the same, as if the time were over.
    """
    await tell(database, ACategory().created())
    token = (await epoch_tokens(settings)).issue(await database.fetchval(LAST_EVENT))
    headers = {"plaza-consistency": token, "prefer": "wait=10, handling=lenient"}
    reading = asyncio.create_task(client.get("/v1/products", headers=headers, timeout=20))
    async with asyncio.timeout(20):
        while not await database.fetchval(ASKED):  # noqa: ASYNC110  the database rings no bell
            await asyncio.sleep(0.01)
    return reading


# fault 36
async def test_an_api_process_told_to_stop_under_load_fails_nobody(
    fresh_settings: Settings,
) -> None:
    leaving = asyncio.Event()
    async with (
        api_process(fresh_settings) as stopped,
        api_process(fresh_settings) as other,
        connecting(fresh_settings) as connect,
        httpx.AsyncClient(limits=A_CONNECTION_EACH, timeout=60) as client,
    ):
        database = await connect()
        balancer = Balancer(client, stopped, other)
        async with asyncio.TaskGroup() as tasks:
            callers = [tasks.create_task(call_until(balancer, leaving)) for _ in range(CALLERS)]
            await until_answered(balancer, ANSWERS_BEFORE)
            reading = await a_waiting_read(fresh_settings, database, stopped.client)
            begun = time.monotonic()
            stopped.process.terminate()
            under_way = await reading
            assert await stopped.process.wait() == 0
            took_s = time.monotonic() - begun
            await until_answered(balancer, balancer.answers.total() + ANSWERS_AFTER)
            leaving.set()
        made = sum(caller.result() for caller in callers)
        kept = await database.fetchval(CARTS)
    assert took_s < STOPPED_WITHIN_S
    assert balancer.answers[stopped.port] > 0
    assert (under_way.status_code, under_way.headers["plaza-stale"]) == (200, "true")
    # What was acknowledged is there, and what had to be repeated is there once.
    assert kept == made
