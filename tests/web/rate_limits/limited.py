"""An API process with limits of its own, seen from any address."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import msgspec
from litestar import Litestar

from plaza.entrypoints.api import create_app
from plaza.kernel.rate_policies import RatePolicies
from plaza.settings import Settings


@dataclass
class LimitedApi:
    app: Litestar
    stack: AsyncExitStack

    async def seen_from(self, address: str, bearer: str | None = None) -> httpx.AsyncClient:
        """A client at that address."""
        transport = httpx.ASGITransport(
            app=self.app,  # type: ignore[arg-type]  # httpx has scopes as plain mappings
            raise_app_exceptions=False,
            client=(address, 4711),
        )
        headers = {} if bearer is None else {"authorization": f"Bearer {bearer}"}
        return await self.stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://plaza.test", headers=headers)
        )


@asynccontextmanager
async def limited_api(settings: Settings, limits: str = "") -> AsyncIterator[LimitedApi]:
    """One with these limits, in this process."""
    app = create_app(msgspec.structs.replace(settings, rate_limits=RatePolicies(limits)))
    async with AsyncExitStack() as stack, app.lifespan():
        yield LimitedApi(app, stack)


def an_address() -> str:
    """One that no other test asks from."""
    return f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::7"


def bearer_of(client: httpx.AsyncClient) -> str:
    """The access token that a person of the tests sends."""
    return str(client.headers["authorization"]).removeprefix("Bearer ")


def said(answer: httpx.Response) -> tuple[str, str]:
    """What the answer says of policies, and of what is left."""
    return answer.headers["ratelimit-policy"], answer.headers["ratelimit"]


def is_silent(answer: httpx.Response) -> bool:
    """Whether nothing was counted."""
    return not {"ratelimit-policy", "ratelimit", "retry-after"} & answer.headers.keys()
