"""Tells the others that something was committed: a doorbell, never the fact itself."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plaza.outbox.channels import Channels

LAST_COMMAND_TTL_S = 60
# Generous: without the token, the caller's next read may be older than the command. A busy process
# must not take its own slowness for that of Redis.
REDIS_BUDGET_S = 0.5

log = structlog.get_logger()


class Announcer:
    """Rings after each commit; without Redis the followers find the events by polling."""

    def __init__(self, redis: Redis, channels: Channels) -> None:
        self._redis = redis
        self._channels = channels

    async def committed(self, principal: str | None, token: str) -> None:
        """Wake the sequencer, and remember the caller's last token for its own next read."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.publish(self._channels.committed, b"")
        if principal is not None:
            pipeline.set(self._channels.last_command(principal), token, ex=LAST_COMMAND_TTL_S)
        try:
            async with asyncio.timeout(REDIS_BUDGET_S):
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("doorbell_unheard", error=repr(error))
