"""A real API process is killed inside a command: a repeat finds one effect, once."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from actors import a_variant, open_marketplace
from plaza.outbox.token import LAYOUT
from plaza.settings import Settings
from writing.crashing_api import COMMAND_STEPS
from writing.revived import free_port, running
from writing.watching import count_of, until, watching

READY_TIMEOUT_S = 20
POINTS = [f"{when} {step}" for step in COMMAND_STEPS for when in ("before", "after")]
COMMITTED = ["after commit", "before doorbell", "after doorbell"]
UNCOMMITTED = [point for point in POINTS if point not in COMMITTED]


@dataclass
class MortalApi:
    """The process, and a vendor's client of it."""

    settings: Settings
    crash_file: Path
    vendor_path: str
    token: str
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.settings.port}",
            headers={"authorization": f"Bearer {self.token}"},
        )

    async def create(self, title: str, key: str) -> httpx.Response:
        return await self.client.post(
            f"{self.vendor_path}/products",
            json={"title": title, "variants": [a_variant()]},
            headers={"idempotency-key": key},
        )

    async def create_until_answered(self, title: str, key: str) -> httpx.Response:
        """As a client does it: again while there is no answer, or the first one still runs."""
        async with asyncio.timeout(READY_TIMEOUT_S):
            while True:
                try:
                    answer = await self.create(title, key)
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code not in {409, 503}:
                    return answer
                await asyncio.sleep(0.05)

    async def crash_at(self, point: str, title: str, key: str) -> None:
        self.crash_file.write_text(point)
        with pytest.raises(httpx.TransportError):
            await self.create(title, key)
        assert not self.crash_file.exists()


@pytest.fixture(scope="module")
def crash_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crashes") / "point"


@pytest.fixture(scope="module")
def served(settings: Settings) -> Settings:
    """Settings of the process that can be killed: it serves the marketplace of the tests."""
    return msgspec.structs.replace(settings, port=free_port())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(served: Settings, crash_file: Path) -> AsyncIterator[MortalApi]:
    async with open_marketplace(served) as marketplace:
        vendor = await marketplace.an_applicant()
        token = vendor.client.headers["authorization"].removeprefix("Bearer ")
        with running(served, crash_file):
            mortal = MortalApi(served, crash_file, vendor.path, token)
            async with mortal.client:
                await mortal.create_until_answered("The first", uuid4().hex)
                yield mortal


@pytest_asyncio.fixture(loop_scope="session")
async def database(served: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with watching(served) as connection:
        yield connection


async def effects(database: asyncpg.Connection, title: str, key: str) -> tuple[int, int, int]:
    """Products of the title, facts about them, and outcomes kept under the key."""
    products = await database.fetch("SELECT id FROM catalog.product WHERE title = $1", title)
    ids = [str(row["id"]) for row in products]
    facts = "payload->>'product_id' = ANY ($1) OR payload->>'title' = $2"
    return (
        len(products),
        await count_of(database, "outbox.event", facts, ids, title),
        await count_of(database, "writing.idempotency", "key = $1", key),
    )


# fault 6
@pytest.mark.parametrize("point", UNCOMMITTED)
async def test_killed_before_the_commit_nothing_is_stored_and_a_repeat_does_it_once(
    api: MortalApi, database: asyncpg.Connection, point: str
) -> None:
    title, key = uuid4().hex, uuid4().hex

    await api.crash_at(point, title, key)
    after_crash = await effects(database, title, key)
    answered = await api.create_until_answered(title, key)
    repeated = await api.create_until_answered(title, key)

    assert after_crash == (0, 0, 0)
    assert answered.status_code == 201
    assert "idempotency-replayed" not in answered.headers
    assert repeated.content == answered.content
    assert await effects(database, title, key) == (1, 3, 1)


# fault 7
@pytest.mark.parametrize("point", COMMITTED)
async def test_killed_after_the_commit_a_repeat_gets_the_stored_answer_and_token(
    api: MortalApi, database: asyncpg.Connection, point: str
) -> None:
    title, key = uuid4().hex, uuid4().hex

    await api.crash_at(point, title, key)
    after_crash = await effects(database, title, key)
    stored = await database.fetchrow(
        "SELECT status, body, last_event FROM writing.idempotency WHERE key = $1", key
    )
    answered = await api.create_until_answered(title, key)

    assert after_crash == (1, 3, 1)
    assert stored is not None
    assert (answered.status_code, answered.content) == (stored["status"], stored["body"])
    assert answered.headers["idempotency-replayed"] == "true"
    token = base64.urlsafe_b64decode(answered.headers["plaza-consistency"])
    _, last_event = LAYOUT.unpack(token[: LAYOUT.size])
    assert last_event == stored["last_event"]
    assert await effects(database, title, key) == (1, 3, 1)


# fault 25
async def test_clients_that_hang_up_leave_no_connection_behind(
    api: MortalApi, database: asyncpg.Connection
) -> None:
    await asyncio.gather(*(_hang_up(api, number) for number in range(200)))

    busy = (
        "datname = current_database() AND application_name = 'plaza commands' AND state <> 'idle'"
    )

    async def all_are_idle() -> bool:
        return not await count_of(database, "pg_stat_activity", busy)

    await until(all_are_idle, timeout_s=10)
    assert (await api.create_until_answered("After all", uuid4().hex)).status_code == 201


async def _hang_up(api: MortalApi, number: int) -> None:
    """Send a whole command and leave before the answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", api.settings.port)
    request = api.client.build_request(
        "POST",
        f"{api.vendor_path}/products",
        json={"title": f"Left {number}", "variants": [a_variant()]},
    )
    lines = [f"{request.method} {request.url.path} HTTP/1.1".encode()]
    lines += [b": ".join(header) for header in request.headers.raw]
    writer.write(b"\r\n".join([*lines, b"", request.content]))
    await writer.drain()
    await asyncio.sleep(0.001 * (number % 20))
    writer.transport.abort()
