"""A process that asks the shared buckets as fast as it can; `test_shared_buckets.py` starts four.

    asking.py <redis url> <epoch> <setting> <how often>

It says when it is ready, waits for a line, and writes what it was told as JSON.
"""

import asyncio
import sys
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from plaza.kernel.rate_policies import RatePolicies
from plaza.outbox.channels import Channels
from plaza.web.rate_limits.buckets import Charge
from plaza.web.rate_limits.shared_buckets import SharedBuckets


async def ask(redis_url: str, epoch: str, setting: str, times: int) -> list[tuple[int, int]]:
    """What each request was granted, and when by the server's clock."""
    (policy,) = (p for p in RatePolicies(setting) if setting.startswith(f"{p.name}="))
    redis: Redis = Redis.from_url(redis_url, protocol=2, socket_timeout=10)
    buckets = SharedBuckets(redis, Channels(UUID(epoch)))
    await redis.ping()  # type: ignore[misc]  # redis types both of its clients in one
    print("ready", flush=True)  # noqa: T201  the test reads it
    sys.stdin.readline()
    told = []
    for _ in range(times):
        taken = await buckets.take([Charge(policy, "somebody")])
        told.append((taken.granted, taken.at_us))
    await redis.aclose()
    return told


if __name__ == "__main__":
    url, own_epoch, policies, how_often = sys.argv[1:]
    answered = asyncio.run(ask(url, own_epoch, policies, int(how_often)))
    sys.stdout.buffer.write(msgspec.json.encode(answered))
