"""Whether Redis may throw away what it was given before its time.

What tells that a copy is too old is a key of its own: evicted before the copy, it would leave one
that is served although it is wrong. Everything else in Redis may go at any time.
"""

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

NEVER = "noeviction"

ADVICE = (
    "Set `maxmemory-policy noeviction` in its configuration (at once: `CONFIG SET maxmemory-policy "
    "noeviction`) and restart plaza. Until then API processes keep no copies there, limits may "
    "forget what they have counted, and suggestions and bestsellers are filled again and again."
)

log = structlog.get_logger()


async def is_evicting(redis: Redis) -> bool:
    """Whether it says so; then the log says what to do. One that is away says nothing."""
    try:
        told = await redis.info("memory")
    except (RedisError, OSError) as error:
        log.warning("redis_eviction_unknown", error=repr(error))
        return False
    policy = told.get("maxmemory_policy", NEVER)
    if policy == NEVER:
        return False
    log.warning("redis_evicts", policy=policy, maxmemory=told.get("maxmemory"), advice=ADVICE)
    return True
