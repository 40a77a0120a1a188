"""Served answers in Redis, which all API processes share."""

import random
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from plaza.outbox.breaker import Breaker
from plaza.outbox.channels import Channels
from plaza.outbox.lua import LuaScript
from plaza.reading.entry import Rendered

TTL_MIN_S, TTL_MAX_S = 240.0, 300.0
TAGS_MAX = 1000
BODY_SIZE_MAX = 1_000_000
COMPLAIN_INTERVAL_S = 1.0
SCANNED_AT_ONCE = 1_000

# A copy is good while Redis has forgotten nothing since the copy was put there, which its
# incarnation tells, and while nothing that the copy was made of has been touched since.
# KEYS: copy, incarnation. ARGV: an incarnation for a Redis without one, the prefix of tags, the
# least position.
GET = """
local incarnation = redis.call('GET', KEYS[2])
if not incarnation then
  incarnation = ARGV[1]
  redis.call('SET', KEYS[2], incarnation)
  return {incarnation}
end
local copy = redis.call('HMGET', KEYS[1], 'incarnation', 'at', 'tags', 'status', 'body')
if copy[1] ~= incarnation then return {incarnation} end
local at = tonumber(copy[2])
if at < tonumber(ARGV[3]) then return {incarnation} end
local tags = {}
for tag in string.gmatch(copy[3], '[^\\n]+') do tags[#tags + 1] = ARGV[2] .. tag end
if #tags > 0 then
  for _, touched in ipairs(redis.call('MGET', unpack(tags))) do
    if touched and tonumber(touched) > at then return {incarnation} end
  end
end
return {incarnation, copy[3], copy[4], copy[5], redis.call('PTTL', KEYS[1])}
"""

# Refused where Redis has been emptied since the question, where anything was touched since, and
# where somebody has put a newer one. KEYS: copy, incarnation. ARGV: the incarnation at the
# question, the position, the prefix of tags, the lifetime in ms, the tags, the status, the body.
PUT = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
local at = tonumber(ARGV[2])
local tags = {}
for tag in string.gmatch(ARGV[5], '[^\\n]+') do tags[#tags + 1] = ARGV[3] .. tag end
if #tags > 0 then
  for _, touched in ipairs(redis.call('MGET', unpack(tags))) do
    if touched and tonumber(touched) > at then return 0 end
  end
end
local held = redis.call('HMGET', KEYS[1], 'incarnation', 'at')
if held[1] == ARGV[1] and tonumber(held[2]) > at then return 0 end
redis.call('HSET', KEYS[1], 'incarnation', ARGV[1], 'at', ARGV[2],
  'tags', ARGV[5], 'status', ARGV[6], 'body', ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
"""

COPIES = Counter("plaza_served_copies", "What became of questions to the copies.", ["result"])
HIT, MISS = COPIES.labels("hit"), COPIES.labels("miss")
KEPT, REFUSED, FAILED = COPIES.labels("kept"), COPIES.labels("refused"), COPIES.labels("failed")

log = structlog.get_logger()


class Found(msgspec.Struct, frozen=True):
    """What Redis said.

    Attributes:
        rendered: None where there is no copy that is good enough.
        lasts_s: how much of the copy's time is left.
        incarnation: the present one of Redis; None where it did not answer.
    """

    rendered: Rendered | None = None
    lasts_s: float = 0.0
    incarnation: bytes | None = None


NOTHING = Found()


class Copies:
    """Copies of answers, made by whoever was asked first and served by all."""

    def __init__(self, redis: Redis, channels: Channels, version: str) -> None:
        """Keep copies apart by what renders them.

        Args:
            redis: with time-outs, so that nothing hangs.
            channels: of the log.
            version: of the code; another one may render other bytes from the same rows.
        """
        self._redis = redis
        self._channels = channels
        self._version = version
        self._breaker = Breaker("served_copies")
        self._get = LuaScript(redis, channels, GET)
        self._put = LuaScript(redis, channels, PUT)
        self._complained_at = 0.0

    async def get(self, key: str, at_least: int = 0) -> Found:
        """A copy that nothing has changed since.

        Args:
            key: of the question.
            at_least: the position it must have been made at; 0 where every change up to the known
                position has been touched in Redis, so that its tags tell which copies are good.
        """
        answer = await self._breaker.ask(lambda: self._asked(key, at_least))
        if answer is None:
            FAILED.inc()
            return NOTHING
        incarnation, *copy = answer
        if not copy:
            MISS.inc()
            return Found(incarnation=incarnation)
        HIT.inc()
        tags, status, body, lasts_ms = copy
        rendered = Rendered(body, tuple(tags.decode().split("\n")), int(status))
        return Found(rendered, lasts_ms / 1000, incarnation)

    async def put(self, key: str, rendered: Rendered, at: float, incarnation: bytes) -> bool:
        """Leave a copy, unless that would put something old in the place of something new.

        Args:
            key: of the question.
            rendered: its answer.
            at: the position that the read model certainly covered before it was asked. Between two
                positions for a copy made before a switch, which its touch must not invalidate.
            incarnation: as `get` gave it before the question.
        """
        if len(rendered.tags) > TAGS_MAX or len(rendered.body) > BODY_SIZE_MAX:
            return False
        kept = await self._breaker.ask(lambda: self._kept(key, rendered, at, incarnation))
        (FAILED if kept is None else KEPT if kept else REFUSED).inc()
        return bool(kept)

    async def incarnation(self) -> bytes | None:
        """The incarnation of copies that are good; None where there can be none.

        Raises:
            RedisError: Redis is away.
        """
        found: bytes | None = await self._redis.get(self._channels.incarnation)
        return found

    async def in_use(self, projection: str) -> AsyncIterator[str]:
        """The keys of a read model's questions that have copies: those that were asked again.

        Raises:
            RedisError: Redis is away.
        """
        start = self._channels.copy(f"{self._version}:")
        async for name in self._redis.scan_iter(f"{start}{projection}:*", count=SCANNED_AT_ONCE):
            yield name.decode()[len(start) :]

    async def _asked(self, key: str, at_least: int) -> Any:
        candidate, prefix = secrets.token_hex(8), self._channels.tags_prefix
        return await self._told(self._get, key, candidate, prefix, at_least)

    async def _kept(self, key: str, rendered: Rendered, at: float, incarnation: bytes) -> Any:
        ttl_ms = int(random.uniform(TTL_MIN_S, TTL_MAX_S) * 1000)  # noqa: S311  jitter
        tags, prefix = "\n".join(rendered.tags), self._channels.tags_prefix
        answer = rendered.status, rendered.body
        return await self._told(self._put, key, incarnation, at, prefix, ttl_ms, tags, *answer)

    async def _told(self, script: LuaScript, key: str, *arguments: Any) -> Any:
        copy = self._channels.copy(f"{self._version}:{key}")
        try:
            return await script([copy, self._channels.incarnation], arguments)
        except ResponseError as error:
            self._complain(error)
            return None

    def _complain(self, error: ResponseError) -> None:
        """Redis answers and refuses, usually for lack of memory: that does not open the breaker."""
        if time.monotonic() - self._complained_at >= COMPLAIN_INTERVAL_S:
            self._complained_at = time.monotonic()
            log.warning("served_copies_refused_by_redis", error=repr(error))
