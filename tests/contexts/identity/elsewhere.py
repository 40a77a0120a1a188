"""People who log in by another provider, with a browser that keeps its cookies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import msgspec
from litestar import Litestar

from oidc_provider import Provider, a_provider
from plaza.entrypoints.api import create_app
from plaza.kernel.oidc_providers import OidcProviders
from plaza.settings import Settings

START = "/v1/oidc/friend/start"
CALLBACK = "/v1/oidc/friend/callback"
STOREFRONT = "https://shop.example"
PUBLIC = "http://plaza.test"
ATTEMPT = "__Secure-plaza_oidc"
PAGES = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"accept": "application/json"}


class Traveller:
    """A browser between the marketplace and the provider."""

    def __init__(self, app: Litestar, address: str) -> None:
        transport = httpx.ASGITransport(
            app=app,  # type: ignore[arg-type]  # httpx has scopes as plain mappings
            raise_app_exceptions=False,
            client=(address, 50_000),
        )
        self.client = httpx.AsyncClient(transport=transport, base_url=PUBLIC, timeout=20)
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, query: Any = None, **headers: str) -> httpx.Response:
        # By hand: a client of the tests would not send secure cookies over HTTP.
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"cookie": held, **headers} if held else headers
        answer = await self.client.get(path, params=query, headers=sent)
        for header in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return answer

    async def goes(self, **query: str) -> dict[str, str]:
        """To the provider and back as far as the callback's parameters."""
        started = await self.get(START, query or None, **PAGES)
        assert started.status_code == 302, started.text
        async with httpx.AsyncClient() as network:
            sent_back = await network.get(started.headers["location"])
        address = urlsplit(sent_back.headers["location"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == PUBLIC + CALLBACK
        return dict(parse_qsl(address.query))

    async def logs_in(self, accept: dict[str, str] | None = None, **query: str) -> httpx.Response:
        return await self.get(CALLBACK, await self.goes(**query), **(accept or JSON))

    async def account(self, answer: httpx.Response) -> dict[str, Any]:
        header = f"Bearer {answer.json()['access_token']}"
        own = await self.client.get("/v1/account", headers={"authorization": header})
        assert own.status_code == 200
        told: dict[str, Any] = own.json()
        return told


class Elsewhere:
    """A provider, and the marketplace that trusts it."""

    def __init__(self, provider: Provider, app: Litestar) -> None:
        self.provider = provider
        self.app = app
        self.browsers: list[Traveller] = []

    def browser(self, address: str = "127.0.0.1") -> Traveller:
        self.browsers.append(Traveller(self.app, address))
        return self.browsers[-1]

    def knows(self, **claims: Any) -> dict[str, Any]:
        """Let somebody new, or with these claims, be the one who is logged in there."""
        name = uuid4().hex
        new = {"sub": name, "email": f"{name}@friend.example", "email_verified": True}
        self.provider.person = {**new, "name": "Ann Other", **claims}
        return self.provider.person


@asynccontextmanager
async def elsewhere(settings: Settings) -> AsyncIterator[Elsewhere]:
    """A provider and an API process that trusts it, on the marketplace's database."""
    with a_provider() as provider:
        trusting = msgspec.structs.replace(
            settings,
            oidc_providers=OidcProviders(provider.settings()),
            public_url=PUBLIC,
            storefront_url=STOREFRONT,
        )
        app = create_app(trusting)
        async with app.lifespan():
            opened = Elsewhere(provider, app)
            opened.knows()
            try:
                yield opened
            finally:
                for browser in opened.browsers:
                    await browser.client.aclose()
