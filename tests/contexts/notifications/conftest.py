"""Mails of the test's own: nobody else queues or sends any."""

from collections.abc import AsyncIterator

import pytest_asyncio

from contexts.notifications.mails import Mails
from plaza.settings import Settings
from writing.watching import watching


@pytest_asyncio.fixture(loop_scope="session")
async def mails(fresh_settings: Settings) -> AsyncIterator[Mails]:
    async with watching(fresh_settings) as connection:
        yield Mails(connection)
