"""A process that fills a build and is killed while it writes."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.projecting import catching_up, filling
from plaza.projecting.projection import Projection
from plaza.projecting.rebuilding import fill
from plaza.read_models.product_listing.projection import PROJECTION as PRODUCT_LISTING

NAME = "killed rebuild"
FACTS_AT_ONCE = 40
ALIVE = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"
POLL_INTERVAL_S = 0.005

# It has imported everything, as a projector has: what it knows of types, that one does.
FORKING = multiprocessing.get_context("fork")


async def filled_until_killed(watching: asyncpg.Connection, url: str, build: int, n: int) -> int:
    """Have a build filled until as many documents are written; how the process ended.

    The kill comes in the middle of a batch: its step is taken, its rows are not all written.
    """
    process = FORKING.Process(target=_fill, args=(url, build, n))
    process.start()
    await asyncio.to_thread(process.join, 30)
    async with asyncio.timeout(10):
        while await watching.fetchval(ALIVE, NAME):  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(POLL_INTERVAL_S)
    assert process.exitcode is not None
    return process.exitcode


def _fill(url: str, build: int, n: int) -> None:
    catching_up.BULK_FACTS_MAX = FACTS_AT_ONCE
    filling.NEAR_FACTS = 1

    async def connect() -> asyncpg.Connection:
        role = {"role": "plaza_owner", "plaza.scope": "market", "application_name": NAME}
        return await asyncpg.connect(url, server_settings=role)

    asyncio.run(fill(connect, _deadly(n), build, lambda _, __: None))


def _deadly(n: int) -> Projection:
    """The listing, whose nth document is the end of who shows it."""
    document, *others = PRODUCT_LISTING.documents
    left = n

    def rows(key: UUID, parts: Any) -> Sequence[msgspec.Struct]:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return document.rows(key, parts)

    deadly = msgspec.structs.replace(document, rows=rows)
    return msgspec.structs.replace(PRODUCT_LISTING, documents=(deadly, *others))
