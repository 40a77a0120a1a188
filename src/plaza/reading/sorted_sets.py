"""Asks Redis for what it keeps sorted; whatever is not sure is left to PostgreSQL."""

from typing import Any

import msgspec
from prometheus_client import Counter
from redis.asyncio import Redis

from plaza.outbox.breaker import Breaker
from plaza.outbox.channels import Channels
from plaza.outbox.sorted_names import SortedNames
from plaza.reading.watermarks import Watermarks

CHUNK = 100
SCANNED_MAX = 2_000
"""After so many that may not be shown, PostgreSQL is asked: Redis would keep all others waiting."""

# Where the server has evicted a part, its size does not match. Then everything is closed, and the
# writer, which finds no guard any more, begins again.
ASK = f"""
local meta, documents, vendors = KEYS[1], KEYS[2], KEYS[3]
local names, prefix = KEYS[4], KEYS[6]
local upto = redis.call('HGET', meta, 'upto')
if not upto or tonumber(upto) < tonumber(ARGV[1]) then return false end
local set, face, limit = ARGV[2], ARGV[3], tonumber(ARGV[4])
if ARGV[5] ~= '' then
    local meant = redis.call('HGET', names, ARGV[5])
    if not meant then return false end
    set = set .. meant
end
local function is_whole(field, size)
    return tonumber(redis.call('HGET', meta, field) or 0) == size
end
if not (is_whole('documents', redis.call('HLEN', documents))
        and is_whole('vendors', redis.call('SCARD', vendors))
        and is_whole('names', redis.call('HLEN', names))
        and is_whole('set:' .. set, redis.call('ZCARD', prefix .. set))) then
    redis.call('DEL', meta)
    return false
end
local function members(from)
    if #ARGV == 5 then
        return redis.call('ZRANGE', prefix .. set, from, from + {CHUNK} - 1, 'REV')
    end
    return redis.call(
        'ZRANGE', prefix .. set, ARGV[6], ARGV[7], 'BYLEX', 'LIMIT', from, {CHUNK})
end
local found, seen = {{}}, {{}}
for from = 0, {SCANNED_MAX}, {CHUNK} do
    local here = members(from)
    for _, member in ipairs(here) do
        local id = string.match(member, '[^%z]*$')
        if not seen[id] then
            seen[id] = true
            local shown = cjson.decode(redis.call('HGET', documents, id)).faces[face]
            for n, seller in ipairs(shown.sellers) do
                if redis.call('SISMEMBER', vendors, seller) == 1 then
                    found[#found + 1] = shown.shown[n] or shown.shown[1]
                    break
                end
            end
            if #found == limit then return found end
        end
    end
    if #here < {CHUNK} then return found end
end
return false
"""

ASKED = Counter(
    "plaza_sorted_reads", "Questions to sorted sets, by who answered them", ["projection", "by"]
)


class Highest(msgspec.Struct, frozen=True):
    """The documents with the highest scores.

    Attributes:
        set: the name of the sorted set, or how it begins.
        face: what to show of each document.
        name: a slug or an id of a category; what it stands for is appended to the set's name.
    """

    set: str
    face: str
    limit: int
    name: str = ""

    def arguments(self) -> tuple[Any, ...]:
        return (self.set, self.face, self.limit, self.name)


class Between(msgspec.Struct, frozen=True):
    """The first documents between two texts, the second of them left out."""

    set: str
    first: str
    end: str
    limit: int

    def arguments(self) -> tuple[Any, ...]:
        return (self.set, "", self.limit, "", f"[{self.first}", f"({self.end}")


class SortedReads:
    """Reads sorted sets within a short time, or not at all."""

    def __init__(self, redis: Redis, channels: Channels, watermarks: Watermarks) -> None:
        self._channels = channels
        self._watermarks = watermarks
        self._ask = redis.register_script(ASK)
        self._breaker = Breaker("sorted_sets")

    async def ask(self, projection: str, question: Highest | Between) -> list[str] | None:
        """What Redis shows, as JSON texts.

        Returns:
            None where Redis is away, or is not as far as the read model, or cannot tell.
        """
        keys = SortedNames(self._channels, projection).keys()
        position = self._watermarks.of(projection).position
        arguments = (position, *question.arguments())
        found: list[bytes] | None = await self._breaker.ask(lambda: self._ask(keys, arguments))
        ASKED.labels(projection, "postgresql" if found is None else "redis").inc()
        return None if found is None else [text.decode() for text in found]
