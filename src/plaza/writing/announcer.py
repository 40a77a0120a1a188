"""Tells the others that something was committed: a doorbell, never the fact itself."""

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from plaza.outbox.breaker import Breaker
from plaza.outbox.channels import Channels

LAST_COMMAND_TTL_S = 60
# Generous: without the token, the caller's next read may be older than the command. A busy process
# must not take its own slowness for that of Redis.
REDIS_BUDGET_S = 0.5
HANGING_S = 0.2
"""How long commands leave a server alone that hangs: what they would have left there is missing."""

log = structlog.get_logger()


class Announcer:
    """Rings after each commit; without Redis the followers find the events by polling."""

    def __init__(self, redis: Redis, channels: Channels) -> None:
        self._redis = redis
        self._channels = channels
        self._breaker = Breaker("doorbell", REDIS_BUDGET_S, open_s=HANGING_S)

    async def committed(self, principal: str | None, token: str) -> None:
        """Wake the sequencer, and remember the caller's last token for its own next read."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.publish(self._channels.committed, b"")
        if principal is not None:
            pipeline.set(self._channels.last_command(principal), token, ex=LAST_COMMAND_TTL_S)
        await self._breaker.ask(lambda: self._took(pipeline))

    async def _took(self, pipeline: Pipeline) -> bool:
        """Whether Redis took it; one that is away refuses at once, and the next command asks it."""
        try:
            await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("doorbell_unheard", error=repr(error))
            return False
        return True
