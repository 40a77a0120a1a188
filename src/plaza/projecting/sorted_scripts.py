"""What is done to a read model's sorted sets in Redis, each in one atomic script.

All keys of a log stand on one server, so that the scripts may make the names of sets. Where Redis
has no memory left, the first write of a script fails before anything has changed; once that has
passed, the others pass too. So a script is done as a whole or not at all.
"""

_KEYS = """
local meta, documents, vendors = KEYS[1], KEYS[2], KEYS[3]
local names, sets, prefix = KEYS[4], KEYS[5], KEYS[6]
"""

# A writer that knows less of the log than another one gives way to it.
BEGIN = f"""
{_KEYS}
local at = tonumber(redis.call('HGET', meta, 'at') or -1)
if at > tonumber(ARGV[2]) or (at == tonumber(ARGV[2]) and ARGV[3] ~= '1') then return 0 end
redis.call('HSET', meta, 'at', ARGV[2])
for _, set in ipairs(redis.call('SMEMBERS', sets)) do redis.call('UNLINK', prefix .. set) end
redis.call('UNLINK', meta, documents, vendors, names, sets)
redis.call('HSET', meta, 'guard', ARGV[1], 'at', ARGV[2])
for n = 4, #ARGV, 2 do redis.call('HSET', names, ARGV[n], ARGV[n + 1]) end
return 1
"""
"""Empties everything, closed to readers. ARGV: the guard of who begins, the position that it is at,
whether it has never begun; then names and what they mean. Returns whether it was let."""

# A write whose answer was lost has left another guard behind: then everything is written anew.
WRITE = f"""
{_KEYS}
if redis.call('HGET', meta, 'guard') ~= ARGV[1] then return 0 end
redis.call('HSET', meta, 'guard', ARGV[2], 'at', ARGV[3])
local touched = {{}}
local last = 5 + 2 * tonumber(ARGV[5])
for n = 6, last, 2 do
    local id, document = ARGV[n], ARGV[n + 1]
    local before = redis.call('HGET', documents, id)
    for _, entry in ipairs(before and cjson.decode(before).entries or {{}}) do
        redis.call('ZREM', prefix .. entry[1], entry[2])
        touched[entry[1]] = true
    end
    if document == '' then
        redis.call('HDEL', documents, id)
    else
        redis.call('HSET', documents, id, document)
        for _, entry in ipairs(cjson.decode(document).entries) do
            redis.call('ZADD', prefix .. entry[1], entry[3], entry[2])
            redis.call('SADD', sets, entry[1])
            touched[entry[1]] = true
        end
    end
end
for n = last + 1, #ARGV, 2 do
    redis.call(ARGV[n + 1] == '1' and 'SADD' or 'SREM', vendors, ARGV[n])
end
redis.call('HSET', meta, 'documents', redis.call('HLEN', documents),
    'vendors', redis.call('SCARD', vendors), 'names', redis.call('HLEN', names))
for set in pairs(touched) do
    redis.call('HSET', meta, 'set:' .. set, redis.call('ZCARD', prefix .. set))
end
if ARGV[4] == '1' then redis.call('HSET', meta, 'upto', ARGV[3]) end
return 1
"""
"""Writes documents and vendors, if nobody else has written and nothing was lost.

ARGV: the guard before and the one afterwards, the position, whether readers may look now; how many
documents, then their ids and texts, empty for what is gone; then vendors and whether they are
listed. Returns whether it was let."""
