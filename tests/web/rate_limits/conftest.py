from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from plaza.outbox.channels import Channels
from plaza.settings import Settings
from plaza.writing.engine import open_redis


@pytest_asyncio.fixture(loop_scope="session")
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    client = open_redis(settings, 10)
    yield client
    await client.aclose()


@pytest.fixture
def channels() -> Channels:
    """Names that no other test uses."""
    return Channels(uuid4())
