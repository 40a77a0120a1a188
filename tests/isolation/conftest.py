"""A marketplace of the matrix alone, in which nobody else changes anything."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from actors import open_marketplace
from conftest import ADMIN_URL, Databases
from isolation.forcing import force
from isolation.statements import listen
from isolation.world import World
from plaza.processes import process
from plaza.processes.unhurried import Unhurried
from plaza.projecting import follower, steps
from plaza.projecting.posts import Following
from plaza.web import access_tokens

LOGGED_IN_FOR = timedelta(hours=2)
"""By one token: who has come is asked for until the last test, however long that takes."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(databases: Databases) -> AsyncIterator[World]:
    # Where vendors accept or decline what is ordered of them, and where the statements that make
    # an answer do not depend on who asked before.
    settings = msgspec.structs.replace(
        await databases.make(), vendor_acceptance=True, near_cache_mb=0, served_copies=False
    )
    name = urlsplit(str(settings.database_url)).path.removeprefix("/")
    async with open_marketplace(settings) as marketplace:
        # The superuser's connection: no policy hides a row of a table that is new. The plan of what
        # asks all tables is kept, however long that is: to make it takes longer than to run it.
        everything = await asyncpg.connect(
            os.environ[ADMIN_URL], database=name, max_cacheable_statement_size=0
        )
        try:
            world = World(marketplace, everything)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(access_tokens, "ACCESS_TOKEN_LIFETIME", LOGGED_IN_FOR)
                await world.settle()
            yield world
        finally:
            await everything.close()


@pytest.fixture(autouse=True)
def _prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    # Both count for requests only that ask for it.
    force(monkeypatch)
    listen(monkeypatch)
    # Followers step past what is not for them at once, so that it is known when all is quiet.
    monkeypatch.setattr(follower, "EMPTY_STEP_INTERVAL_S", 0)
    monkeypatch.setattr(process, "EMPTY_STEP_INTERVAL_S", 0)
    monkeypatch.setattr(Unhurried, "advance", _at_once)
    # What they have left of that is read whenever it is asked what has changed.
    monkeypatch.setattr(steps, "TRIM_EVERY_STEPS", 20)
    monkeypatch.setattr(steps, "KEPT_MINUTES", 0)
    monkeypatch.setattr(access_tokens, "ACCESS_TOKEN_LIFETIME", LOGGED_IN_FOR)


async def _at_once(unhurried: Unhurried) -> bool:
    follower: Following = unhurried._follower  # noqa: SLF001  it has no other reason to be known
    return await follower.advance()
