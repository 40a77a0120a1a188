"""An application of its own settings, over the database that others use too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from litestar import Litestar

from plaza.entrypoints.api import create_app
from plaza.settings import Settings

STRANGER = "203.0.113.5"


@asynccontextmanager
async def opened_app(settings: Settings) -> AsyncIterator[Litestar]:
    """Open it in a task of its own, so that a fixture can enter here and leave in another task."""
    app, is_open, leaving = create_app(settings), asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            is_open.set()
            await leaving.wait()

    living, opening = asyncio.create_task(live()), asyncio.create_task(is_open.wait())
    await asyncio.wait([living, opening], return_when=asyncio.FIRST_COMPLETED)
    try:
        if is_open.is_set():
            yield app
    finally:
        opening.cancel()
        leaving.set()
        await living


def client_of(app: Litestar, peer: str = STRANGER) -> httpx.AsyncClient:
    """A client that calls from an address."""
    transport = httpx.ASGITransport(
        app,  # type: ignore[arg-type]  # httpx has scopes as plain mappings
        client=(peer, 4711),
    )
    return httpx.AsyncClient(transport=transport, base_url="http://plaza.test")
