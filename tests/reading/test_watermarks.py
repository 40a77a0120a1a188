import asyncio
import time

import asyncpg
import msgspec
from redis.asyncio import Redis

from plaza.outbox.channels import Channels, Pushed
from plaza.outbox.sequencer import Sequencer
from plaza.projecting.steps import Shard, last_step, take_step
from plaza.reading.watermarks import Watermarks
from projecting.log import sequence, tell
from read_models.catalogue import ACategory
from reading.conftest import Watch

NAME = "category_tree"
SHARD = Shard(projection=NAME, build=1)
FAR = 10**6
NO_SERVER = "unix:///nonexistent/valkey.sock"


def soon(seconds: float = 5.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def push(redis: Redis, channels: Channels, position: int) -> None:
    """Push until somebody hears it."""
    pushed = msgspec.json.encode(Pushed({NAME: position}))
    async with asyncio.timeout(5):
        while not await redis.publish(channels.watermark, pushed):
            continue


async def take(connection: asyncpg.Connection, upto: int) -> None:
    await take_step(connection, SHARD, await last_step(connection, SHARD), upto, 0)


async def until_lagging(watermarks: Watermarks, lag_ms: int) -> None:
    async with asyncio.timeout(5):
        while watermarks.of(NAME).lag_ms < lag_ms:  # noqa: ASYNC110  a lag rings no bell
            await asyncio.sleep(0.01)


async def test_what_is_pushed_is_known_at_once(
    watch: Watch, redis: Redis, channels: Channels
) -> None:
    watermarks = await watch(redis)
    reaching = asyncio.create_task(watermarks.reached(NAME, FAR, soon()))
    await push(redis, channels, FAR)
    assert await reaching
    assert watermarks.of(NAME).position == FAR


async def test_a_watermark_never_goes_back(
    watch: Watch, redis: Redis, channels: Channels, connection: asyncpg.Connection
) -> None:
    watermarks = await watch(redis)
    await push(redis, channels, FAR)
    assert await watermarks.reached(NAME, FAR, soon())
    await push(redis, channels, 3)
    await take(connection, 5)
    await watermarks.poll()
    await push(redis, channels, FAR + 1)
    assert await watermarks.reached(NAME, FAR + 1, soon())


async def test_without_redis_it_is_polled(watch: Watch, connection: asyncpg.Connection) -> None:
    away: Redis = Redis.from_url(NO_SERVER, protocol=2)
    watermarks = await watch(away)
    begun = time.monotonic()
    await take(connection, 77)
    assert await watermarks.reached(NAME, 77, soon())
    assert time.monotonic() - begun < 1
    await away.aclose()


async def test_a_message_that_cannot_be_read_ends_nothing(
    watch: Watch, redis: Redis, channels: Channels
) -> None:
    watermarks = await watch(redis)
    async with asyncio.timeout(5):
        while not await redis.publish(channels.watermark, b"\xff not ours"):
            continue
    await push(redis, channels, FAR)
    # The listener subscribes again half a second later; until then a push may go unheard.
    async with asyncio.timeout(5):
        while not await watermarks.reached(NAME, FAR, soon(0.05)):
            await push(redis, channels, FAR)


async def test_a_position_that_is_not_reached_in_time_is_said_to_be(
    watch: Watch, redis: Redis
) -> None:
    watermarks = await watch(redis)
    assert not await watermarks.reached(NAME, FAR, soon(0.05))


async def test_a_position_that_is_reached_needs_no_time(watch: Watch, redis: Redis) -> None:
    watermarks = await watch(redis)
    assert await watermarks.reached(NAME, 0, soon(-1))


async def test_a_move_before_the_wait_is_not_waited_for_again(
    watch: Watch, redis: Redis, channels: Channels
) -> None:
    watermarks = await watch(redis)
    noted = watermarks.moves
    await push(redis, channels, FAR)
    assert await watermarks.reached(NAME, FAR, soon())
    begun = time.monotonic()
    await watermarks.moved_since(noted, soon(5))
    assert time.monotonic() - begun < 1


async def test_a_read_model_that_is_caught_up_does_not_lag(
    connection: asyncpg.Connection, watch: Watch, redis: Redis
) -> None:
    await take(connection, await sequence(connection))
    watermarks = await watch(redis)
    assert watermarks.of(NAME).lag_ms == 0


async def test_what_is_not_covered_yet_makes_the_lag_grow(
    connection: asyncpg.Connection, watch: Watch, redis: Redis
) -> None:
    # fault 43
    await take(connection, await sequence(connection))
    await tell(connection, ACategory().created())
    last = await sequence(connection)
    watermarks = await watch(redis)
    await until_lagging(watermarks, 300)
    await take(connection, last)
    await watermarks.poll()
    assert watermarks.of(NAME).lag_ms == 0


async def test_a_dead_sequencer_does_not_read_as_no_lag(
    connection: asyncpg.Connection, watch: Watch, redis: Redis
) -> None:
    # fault 43
    await take(connection, await sequence(connection))
    await tell(connection, ACategory().created())
    watermarks = await watch(redis)
    await until_lagging(watermarks, 300)
    await Sequencer(connection).tick()
    assert watermarks.of(NAME).lag_ms >= 300


async def test_a_database_that_is_away_does_not_read_as_no_lag(
    watch: Watch, redis: Redis, pool: asyncpg.Pool
) -> None:
    watermarks = await watch(redis)
    await pool.close()
    lag_ms = watermarks.of(NAME).lag_ms
    await until_lagging(watermarks, lag_ms + 300)
    assert watermarks.of(NAME).lag_ms < lag_ms + 5000
