"""Rebuilds of a marketplace of its own, and a connection to its database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from actors import Marketplace
from plaza.bootstrap import ASKED, SNAPSHOTS
from plaza.operations.rebuilds import Rebuilds, rebuilds
from projecting.connecting import connecting


@pytest_asyncio.fixture(loop_scope="session")
async def work(fresh_marketplace: Marketplace) -> AsyncIterator[Rebuilds]:
    async with rebuilds(fresh_marketplace.settings, ASKED, SNAPSHOTS) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def connection(fresh_marketplace: Marketplace) -> AsyncIterator[asyncpg.Connection]:
    async with connecting(fresh_marketplace.settings) as connect:
        yield await connect()
