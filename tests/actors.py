"""Who acts in the tests, over HTTP: operators, vendors, shoppers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import httpx
from litestar import Litestar

from plaza.entrypoints.api import create_app
from plaza.entrypoints.following import following
from plaza.operations.operator import DEMO_PASSWORD
from plaza.projecting.host import Host
from plaza.settings import Settings

PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody with a client that sends their access token, if they have one."""

    client: httpx.AsyncClient
    email: str | None = None

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        return await self.client.post(path, json=json, **options)

    async def patch(
        self, path: str, json: Any, version: int | None = None, **options: Any
    ) -> httpx.Response:
        headers = {} if version is None else {"if-match": f'"{version}"'}
        headers |= options.pop("headers", {})
        return await self.client.patch(path, json=json, headers=headers, **options)


@dataclass
class Vendor(Person):
    """An owner of a vendor."""

    id: str = ""
    slug: str = ""

    @property
    def path(self) -> str:
        return f"/v1/vendors/{self.id}"

    async def creates_product(self, **changes: Any) -> dict[str, Any]:
        """A draft; the body as answered, with the offer's id beside it."""
        body = {"title": "Oak chair", "variants": [a_variant()]} | changes
        answer = await self.post(f"{self.path}/products", body)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    async def lists_product(self, **changes: Any) -> dict[str, Any]:
        """A published product."""
        created = await self.creates_product(**changes)
        published = await self.post(f"{self.path}/products/{created['id']}/publish")
        assert published.status_code == 200, published.text
        return created | {"token": published.headers["plaza-consistency"]}


def a_variant(**changes: Any) -> dict[str, Any]:
    return {"price": {"amount_minor": 4900, "currency": "GBP"}, "stock": 5} | changes


@dataclass
class Marketplace:
    """A running marketplace and the people in it."""

    settings: Settings
    app: Litestar
    host: Host
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    address: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self.anybody = Person(self.client())

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(
            app=self.app,  # type: ignore[arg-type]  # httpx has scopes as plain mappings
            raise_app_exceptions=False,
            client=(self.address, 4711),
        )
        client = httpx.AsyncClient(
            transport=transport, base_url="http://plaza.test", headers=headers, timeout=20
        )
        self.clients.append(client)
        return client

    def seen_from(self, address: str) -> "Marketplace":
        """The same one, for people at another address; limits hold for them."""
        return replace(self, address=address)

    async def logged_in(self, email: str, password: str = PASSWORD) -> Person:
        form = {"email": email, "password": password}
        answer = await self.anybody.post("/v1/sessions", form)
        assert answer.status_code == 201, answer.text
        return Person(self.client(answer.json()["access_token"]), email)

    async def operator(self) -> Person:
        return await self.logged_in(self.settings.operator_email, DEMO_PASSWORD)

    async def a_shopper(self) -> Person:
        email = f"shopper-{uuid4().hex}@plaza.example"
        form = {"email": email, "password": PASSWORD, "name": "A shopper"}
        assert (await self.anybody.post("/v1/accounts", form)).status_code == 202
        return await self.logged_in(email)

    async def an_applicant(self, **changes: Any) -> Vendor:
        """A vendor that has applied."""
        owner = await self.a_shopper()
        slug = f"vendor-{uuid4().hex[:12]}"
        application = {
            "name": f"Vendor {slug}",
            "slug": slug,
            "country": "GB",
            "currency": "GBP",
            "contact_email": f"hello@{slug}.example",
        }
        answer = await owner.post("/v1/vendors", application | changes)
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return Vendor(owner.client, owner.email, id=body["id"], slug=body["slug"])

    async def until(self, condition: Callable[[], Awaitable[bool]], timeout_s: float = 10) -> None:
        """Wait for a condition to become true."""
        async with asyncio.timeout(timeout_s):
            while not await condition():  # noqa: ASYNC110  the condition is asked over HTTP
                await asyncio.sleep(0.01)

    async def until_ready(self) -> None:
        """Wait until it may be sent requests."""

        async def ready() -> bool:
            return (await self.anybody.get("/health/ready")).status_code == 200

        await self.until(ready)

    async def a_vendor(self, **changes: Any) -> Vendor:
        """A vendor that may sell."""
        vendor = await self.an_applicant(**changes)
        answer = await (await self.operator()).post(f"{vendor.path}/approve")
        assert answer.status_code == 200, answer.text
        return vendor


@asynccontextmanager
async def open_marketplace(settings: Settings) -> AsyncIterator[Marketplace]:
    """Run API, sequencer and followers in this process.

    They live in a task of their own: a fixture's two halves run in different tasks, in which a
    lifespan cannot be entered and left.
    """
    opened: asyncio.Future[Marketplace] = asyncio.get_running_loop().create_future()
    leaving = asyncio.Event()
    living = asyncio.create_task(_live(settings, opened, leaving))
    either: list[asyncio.Future[Any]] = [opened, living]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        await living
    try:
        yield opened.result()
    finally:
        leaving.set()
        await living


async def _live(
    settings: Settings, opened: asyncio.Future[Marketplace], leaving: asyncio.Event
) -> None:
    app = create_app(settings)
    async with following(settings) as host, app.lifespan():
        marketplace = Marketplace(settings, app, host)
        opened.set_result(marketplace)
        await leaving.wait()
        for client in marketplace.clients:
            await client.aclose()
