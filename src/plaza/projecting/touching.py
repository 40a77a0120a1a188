"""Touching tags: what was made of rows before they changed is no longer good."""

from collections.abc import Collection
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from plaza.outbox.channels import Channels
from plaza.outbox.lua import LuaScript
from plaza.outbox.refused_copies import REFUSED_COPIES

# Three times as long as any copy lasts, so that no copy outlives the touch that ended it.
TAG_KEPT_S = 900

# Tags only rise. One that stands higher was touched by a later batch: another follower's, while
# this one slept. Equal ones are left alone, so that a touch that is repeated invalidates nothing.
TOUCH = """
redis.call('SET', KEYS[1], ARGV[3], 'NX')
local position, refused = tonumber(ARGV[1]), 0
for n = 2, #KEYS do
    local held = tonumber(redis.call('GET', KEYS[n]) or -1)
    if held < position or (held == position and position % 1 > 0) then
        redis.call('SET', KEYS[n], ARGV[1], 'EX', ARGV[2])
    elseif held > position then
        refused = refused + 1
    end
end
return refused
"""

log = structlog.get_logger()


class Touching:
    """Sets tags to the position of the batch that changed what they name."""

    def __init__(self, redis: Redis, channels: Channels) -> None:
        self._redis = redis
        self._channels = channels
        self._script = LuaScript(redis, channels, TOUCH)
        self._refused = REFUSED_COPIES.labels("touch")

    async def touch(self, tags: Collection[str], position: float) -> int:
        """Touch all the tags at once.

        Args:
            tags: what has changed.
            position: of the batch that changed it; between two positions where none did, and
                then it is told again however often it changes there.

        Returns:
            How many had been touched by a later batch.

        Raises:
            RedisError: Redis is away; touch them again.
        """
        keys = [self._channels.incarnation, *map(self._channels.tag, tags)]
        try:
            refused = int(await self._script(keys, (position, TAG_KEPT_S, uuid4().hex)))
        except OutOfMemoryError as error:
            # A full Redis can still delete: without the incarnation no copy is good any more. Its
            # deletion is pushed like a touch, but only if there was one to delete.
            log.warning("touches_did_not_fit", error=repr(error))
            if not await self._redis.delete(self._channels.incarnation):
                raise
            return 0
        self._refused.inc(refused)
        return refused
