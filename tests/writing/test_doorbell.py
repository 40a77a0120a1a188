"""Commands without Redis, and what rings after them."""

import time
from uuid import uuid4

import asyncpg
import msgspec
from redis.asyncio import Redis

from actors import Marketplace
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.catalog.commands.create_category import CreateCategory, create_category
from plaza.settings import Settings
from plaza.writing.engine import open_command_runner
from plaza.writing.runner import CONSISTENCY_HEADER
from writing.running import a_context, done
from writing.watching import count_of

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


# fault 26
async def test_commands_work_while_redis_is_down(
    settings: Settings, database: asyncpg.Connection
) -> None:
    alone = msgspec.structs.replace(settings, redis_url=NOBODY_LISTENS)
    key, slug = uuid4().hex, uuid4().hex
    command = CreateCategory(name="Lamps", slug=slug)
    async with open_command_runner(alone, CONSTRAINTS) as runner:
        started = time.monotonic()
        first = await runner.run(create_category, command, a_context(key=key), done)
        again = await runner.run(create_category, command, a_context(key=key), done)
        took_s = time.monotonic() - started

    assert first.status == 200
    assert again.body == first.body
    assert again.headers[CONSISTENCY_HEADER] == first.headers[CONSISTENCY_HEADER]
    assert took_s < 1
    assert await count_of(database, "catalog.category", "slug = $1", slug) == 1
    assert await count_of(database, "outbox.event", "payload->>'slug' = $1", slug) == 1


async def test_the_callers_last_token_is_remembered_after_the_commit(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.an_applicant()
    product = await vendor.creates_product()

    own = await vendor.get(f"{vendor.path}/products/{product['id']}")

    assert own.status_code == 200
    assert own.json()["status"] == "draft"
    redis_url = marketplace.settings.redis_url
    assert redis_url is not None
    redis = Redis.from_url(redis_url, protocol=2, socket_timeout=1)
    # The server is every worker's: some keys may just have expired (-2), none may stay (-1).
    ttls_ms = [await redis.pttl(key) async for key in redis.scan_iter("*last*")]
    await redis.aclose()
    assert any(ttl_ms > 0 for ttl_ms in ttls_ms)
    assert all(ttl_ms <= 60_000 and ttl_ms != -1 for ttl_ms in ttls_ms)
