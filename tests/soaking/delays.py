"""A marketplace whose followers are slow at random, and whose pushes are late or lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import msgspec

from fault_proxy import NONE, FaultProxy, Faults, fault_proxy
from plaza.settings import Settings

SPELL_S = (0.02, 0.2)
FOLLOWER_LATENCY_S_MAX = 0.001
"""On each way of the dozen ways between a follower and PostgreSQL that a batch takes."""
PUSH_LATENCY_S_MAX = 0.01
LOST_SHARE = 0.02


class Delayed(msgspec.Struct, frozen=True):
    """Settings of one marketplace: as the API has them, and as its projector has them."""

    api: Settings
    projector: Settings


@asynccontextmanager
async def delayed(settings: Settings, seed: int) -> AsyncIterator[Delayed]:
    """Put a slow network between followers and PostgreSQL, and between everybody and Redis."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    random = Random(seed)  # noqa: S311  no secret
    folder = parse_qs(urlsplit(settings.database_url).query)["host"][0]
    database, redis = Path(folder) / ".s.PGSQL.5432", Path(urlsplit(settings.redis_url).path)
    async with fault_proxy(database) as to_database, fault_proxy(redis) as to_redis:
        tasks = [
            asyncio.create_task(_slow(to_database, random, FOLLOWER_LATENCY_S_MAX, 0)),
            asyncio.create_task(_slow(to_redis, random, PUSH_LATENCY_S_MAX, LOST_SHARE)),
        ]
        name = urlsplit(settings.database_url).path
        database_url = f"postgresql://plaza_owner@127.0.0.1:{to_database.port}{name}"
        api = msgspec.structs.replace(settings, redis_url=f"redis://127.0.0.1:{to_redis.port}/0")
        try:
            yield Delayed(api, msgspec.structs.replace(api, database_url=database_url))
        finally:
            to_database.faults = to_redis.faults = NONE
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _slow(proxy: FaultProxy, random: Random, latency_s_max: float, lost: float) -> None:
    """Be slow by another measure every moment; now and then lose what is on its way."""
    while True:
        proxy.faults = Faults(latency_s=random.uniform(0, latency_s_max))
        await asyncio.sleep(random.uniform(*SPELL_S))
        if random.random() < lost:
            proxy.reset()
