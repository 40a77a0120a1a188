import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis

from plaza.embedded.servers import temporary_valkey
from plaza.outbox.channels import Channels
from plaza.projecting import host as host_file
from plaza.projecting.host import Host
from plaza.projecting.posts import Duty, Following, Post
from plaza.projecting.steps import Fenced, Shard
from plaza.settings import Settings
from plaza.writing.engine import open_redis
from projecting.connecting import Connect
from projecting.log import sequence, tell
from read_models.catalogue import ACategory
from writing.watching import until

TIMEOUT_S = 5.0
CHANNELS = Channels(uuid4())
NO_SERVER = "unix:///nonexistent/valkey.sock"


class Watched:
    """Follows nothing; tells what it was asked to do."""

    def __init__(self) -> None:
        self.shard = Shard(projection=f"of-a-test-{uuid4()}", build=1)
        self.advances = 0
        self.forgets = 0
        self.connections: list[asyncpg.Connection] = []
        self.begun = asyncio.Event()
        self.allowed = asyncio.Event()
        self.allowed.set()
        self.failures: list[Exception] = []
        self.rest_s = 0.0

    async def follow(self, connection: asyncpg.Connection) -> Following:
        self.connections.append(connection)
        return self

    async def advance(self) -> bool:
        self.begun.set()
        await self.allowed.wait()
        self.advances += 1
        if self.failures:
            raise self.failures.pop()
        return False

    def forget(self) -> None:
        self.forgets += 1

    async def advanced(self, times: int) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(TIMEOUT_S):
            while self.advances < times:  # noqa: ASYNC110  a Following tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def hosting(connect: Connect, redis: Redis, *watched: Watched) -> AsyncIterator[Host]:
    """A host at work; left when it has stopped."""
    host = Host(connect, redis, CHANNELS)
    posts = {Post(each.shard): partial(Duty, each.follow) for each in watched}

    async def roster(_: asyncpg.Connection) -> dict[Post, Callable[[], Duty]]:
        return dict(posts)

    running = asyncio.create_task(host.run(roster, "of tests"))
    try:
        yield host
    finally:
        host.stop()
        async with asyncio.timeout(TIMEOUT_S):
            await running
        await redis.aclose()


@pytest.fixture
def redis(fresh_settings: Settings) -> Redis:
    return open_redis(fresh_settings, None)


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """Of a server that nobody else is connected to."""
    with temporary_valkey() as server:
        yield Redis.from_url(server.url, protocol=2)


async def test_a_stop_waits_for_the_batch_in_flight_and_takes_no_other(
    connect: Connect, redis: Redis
) -> None:
    # fault 36
    watched = Watched()
    watched.allowed.clear()
    async with hosting(connect, redis, watched) as host:
        await asyncio.wait_for(watched.begun.wait(), TIMEOUT_S)
        host.stop()
        watched.allowed.set()
    assert watched.advances == 1


async def test_a_follower_that_is_fenced_begins_again(connect: Connect, redis: Redis) -> None:
    watched = Watched()
    watched.failures = [Fenced()]
    async with hosting(connect, redis, watched):
        await watched.advanced(2)
    assert watched.forgets == 1
    assert len(watched.connections) == 1


async def test_a_follower_that_fails_is_made_anew_on_another_connection(
    connect: Connect, redis: Redis
) -> None:
    watched = Watched()
    watched.failures = [KeyError("a bug in a fold"), asyncpg.UniqueViolationError("as well")]
    async with hosting(connect, redis, watched):
        await watched.advanced(3)
    assert watched.forgets == 0
    assert len(watched.connections) == 3
    assert all(connection.is_closed() for connection in watched.connections)


async def test_a_follower_that_fails_holds_up_no_other(connect: Connect, redis: Redis) -> None:
    failing, sound = Watched(), Watched()
    failing.failures = [KeyError("a bug")] * 50
    async with hosting(connect, redis, failing, sound):
        await sound.advanced(5)
    assert failing.failures


async def test_of_two_processes_one_follows_and_the_other_takes_over(
    connect: Connect, redis: Redis, fresh_settings: Settings
) -> None:
    first, second = Watched(), Watched()
    second.shard = first.shard
    async with AsyncExitStack() as leaving_first, AsyncExitStack() as leaving_second:
        await leaving_first.enter_async_context(hosting(connect, redis, first))
        await first.advanced(1)
        theirs = hosting(connect, open_redis(fresh_settings, None), second)
        await leaving_second.enter_async_context(theirs)
        await first.advanced(6)
        assert second.advances == 0
        await leaving_first.aclose()
        await second.advanced(1)


async def test_events_are_sequenced_and_followers_woken_without_redis(connect: Connect) -> None:
    teller, watched = await connect(), Watched()
    away: Redis = Redis.from_url(NO_SERVER, protocol=2)
    async with hosting(connect, away, watched):
        await watched.advanced(1)
        await tell(teller, ACategory().created())
        async with asyncio.timeout(TIMEOUT_S):
            while not await teller.fetchval(
                "SELECT count(*) = (SELECT count(*) FROM outbox.event) FROM outbox.position"
            ):
                continue
        await watched.advanced(watched.advances + 1)


async def has_heard(host: Host, more_than: int = 0) -> bool:
    """In a log that holds nothing, the first ring is the one of the subscription."""
    return host.heard() > more_than


@pytest.fixture
def without_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks unless a bell rings."""
    monkeypatch.setattr(host_file, "POLL_INTERVAL_S", 2 * TIMEOUT_S)


@pytest.mark.usefixtures("without_pulse")
async def test_when_redis_is_heard_again_followers_look_what_they_missed(
    connect: Connect, own_redis: Redis
) -> None:
    watched = Watched()
    async with hosting(connect, own_redis, watched) as host:
        await until(partial(has_heard, host))
        await watched.advanced(1)
        before = watched.advances
        assert await own_redis.client_kill_filter(_type="pubsub")
        await watched.advanced(before + 1)


async def test_how_far_followers_came_is_told_once_more_to_who_has_just_begun_to_listen(
    connect: Connect, redis: Redis
) -> None:
    async with hosting(connect, redis, Watched()) as host, redis.pubsub() as pubsub:
        await until(partial(has_heard, host))
        await pubsub.subscribe(CHANNELS.watermark)
        assert await pubsub.get_message(timeout=TIMEOUT_S)
        host.announcer("of-a-test").committed((), 7)
        first = await pubsub.get_message(timeout=TIMEOUT_S)
        await redis.publish(CHANNELS.listening, b"")
        again = await pubsub.get_message(timeout=TIMEOUT_S)
    assert first is not None
    assert again is not None
    assert first["data"] == again["data"] == b'{"positions":{"of-a-test":7}}'


@pytest.mark.usefixtures("without_pulse")
async def test_what_a_process_tells_of_its_own_ticks_it_does_not_hear_again(
    connect: Connect, redis: Redis
) -> None:
    teller = await connect()
    async with hosting(connect, redis, Watched()) as host, redis.pubsub() as onlooker:
        await onlooker.subscribe(CHANNELS.sequenced)
        assert await onlooker.get_message(timeout=TIMEOUT_S)
        await until(partial(has_heard, host))
        before = host.heard()
        await tell(teller, ACategory().created())
        await redis.publish(CHANNELS.committed, b"")
        assert await onlooker.get_message(timeout=TIMEOUT_S)
        await redis.publish(CHANNELS.sequenced, b"another process")
        await until(partial(has_heard, host, before + 1))
        assert host.heard() == before + 2


async def test_a_lost_connection_of_the_leases_is_replaced(connect: Connect, redis: Redis) -> None:
    watched, onlooker = Watched(), await connect()
    async with hosting(connect, redis, watched):
        await watched.advanced(1)
        await onlooker.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks "
            "WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        await watched.advanced(watched.advances + 3)
    assert await sequence(onlooker) > 0
