"""Buckets that all processes share, in Redis: one trip takes from all that a request counts for."""

from collections.abc import Sequence

from redis.asyncio import Redis

from plaza.outbox.channels import Channels
from plaza.web.rate_limits.buckets import Charge, Room, Taken

# The same arithmetic as buckets.py, by the server's clock. Numbers are doubles here, so that
# quotients are made by fmod, which is exact, and written without an exponent.
TAKE = """
local function quotient(a, b) return (a - math.fmod(a, b)) / b end

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local granted = tonumber(ARGV[1])
local buckets = {}
for i, key in ipairs(KEYS) do
  local quota, period, burst =
    tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local level, from_future = 0, false
  local held = redis.call('GET', key)
  if held then
    local before, at = string.match(held, '^(%d+) (%d+)$')
    level = math.max(0, before - math.max(0, now - at) * quota)
    from_future = tonumber(at) > now
  end
  local room = math.max(0, burst * period - level)
  granted = math.min(granted, quotient(room, period))
  buckets[i] = {quota, period, burst, level, from_future}
end
local answer = {granted, now}
for i, key in ipairs(KEYS) do
  local quota, period, burst, level, from_future = unpack(buckets[i])
  level = level + granted * period
  local full = quotient(level + quota - 1, quota)
  -- A clock that was set back must not let the bucket stand still until it is caught up.
  if granted > 0 or from_future then
    local ttl = quotient(full, 1000) + 1000
    redis.call('SET', key, string.format('%.0f %.0f', level, now), 'PX', string.format('%.0f', ttl))
  end
  local missing = math.max(0, level - (burst - 1) * period)
  answer[3 * i] = quotient(math.max(0, burst * period - level), period)
  answer[3 * i + 1] = quotient(missing + quota - 1, quota)
  answer[3 * i + 2] = full
end
return answer
"""


class SharedBuckets:
    """Exact over any number of processes: allowed = burst + floor(elapsed x rate)."""

    def __init__(self, redis: Redis, channels: Channels) -> None:
        self._take = redis.register_script(TAKE)
        # The prefix carries a hash tag: one script may only touch one node of a cluster.
        self._prefix = f"{channels.prefix}:rate-limit:"

    async def take(self, charges: Sequence[Charge], wanted: int = 1) -> Taken:
        """Take as much as is wanted and all of the buckets have, in one step."""
        keys = [f"{self._prefix}{policy.name}:{subject}" for policy, subject in charges]
        numbers = [
            number
            for policy, _ in charges
            for number in (policy.quota, policy.period_us, policy.burst)
        ]
        granted, at_us, *rooms = await self._take(keys=keys, args=[wanted, *numbers])
        return Taken(granted, at_us, list(map(Room, rooms[::3], rooms[1::3], rooms[2::3])))
