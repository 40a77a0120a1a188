"""Who sends requests, and the process that takes them where the marketplace will not do."""

from collections.abc import AsyncIterator

import pytest_asyncio

from actors import Marketplace, Vendor
from plaza.settings import Settings
from web.api_process import ApiProcess
from web.impatient_api import impatient_api


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vendor(marketplace: Marketplace) -> Vendor:
    return await marketplace.a_vendor()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(settings: Settings) -> AsyncIterator[ApiProcess]:
    async with impatient_api(settings) as running:
        yield running
