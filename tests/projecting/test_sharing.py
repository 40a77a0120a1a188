"""Processes that share the posts between them, each a host on the same database."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

import asyncpg
import pytest_asyncio
from redis.asyncio import Redis

from plaza.outbox.channels import Channels
from plaza.projecting.host import Host
from plaza.projecting.posts import Duty, Following, Post
from plaza.projecting.steps import Shard
from plaza.settings import Settings
from plaza.writing.engine import open_redis
from projecting.connecting import Connect

EVEN_WITHIN_S = 10.0
TAKEN_OVER_WITHIN_S = 2.0
TAKEN_UP_WITHIN_S = 1.0
TIMEOUT_S = 10.0
POLL_INTERVAL_S = 0.01
FOLLOWS = "of tests"
LOOKS = 5

MEMBER = """
    INSERT INTO projecting.member (member, follows, pid, seen_at)
    VALUES ($1, $2, $3, clock_timestamp() - make_interval(secs => $4))
"""
MEMBERS = "SELECT count(*) FROM projecting.member"


class Batches:
    """A follower whose batches end when they may."""

    rest_s = 0.0

    def __init__(self, shard: Shard, at_work: set[Shard], may_end: asyncio.Event) -> None:
        self.shard = shard
        self._at_work = at_work
        self._may_end = may_end

    async def advance(self) -> bool:
        self._at_work.add(self.shard)
        await self._may_end.wait()
        return False

    def forget(self) -> None: ...


class Process:
    """One host with what it follows."""

    def __init__(self, connect: Connect, redis: Redis, posts: set[Post], follows: str) -> None:
        self.connections: list[asyncpg.Connection] = []
        self.at_work: set[Shard] = set()
        self.looks = 0
        self.may_end = asyncio.Event()
        self.may_end.set()
        self._begun: dict[Shard, Post] = {}
        self._connect = connect
        self._posts = posts
        self._is_dead = False
        self.host = Host(self._connected, redis, Channels(uuid4()))
        self.running = asyncio.create_task(self.host.run(self._roster, follows))

    @property
    def stands_at(self) -> set[Post]:
        return set(self._begun.values())

    async def die(self, onlooker: asyncpg.Connection) -> None:
        """Be gone as a process is that is killed: with its connections, and nothing said."""
        self._is_dead = True
        for connection in self.connections:
            if not connection.is_closed():
                await onlooker.execute(
                    "SELECT pg_terminate_backend($1)", connection.get_server_pid()
                )

    async def end(self) -> None:
        self.may_end.set()
        self.host.stop()
        async with asyncio.timeout(TIMEOUT_S):
            await self.running

    async def _connected(self) -> asyncpg.Connection:
        if self._is_dead:
            raise ConnectionError
        connection = await self._connect()
        self.connections.append(connection)
        return connection

    async def _roster(self, _: asyncpg.Connection) -> dict[Post, Callable[[], Duty]]:
        self.looks += 1
        return {post: partial(self._duty, post) for post in self._posts}

    def _duty(self, post: Post) -> Duty:
        async def follow(connection: asyncpg.Connection) -> Following:
            self._begun[post.shard] = post
            connection.add_termination_listener(lambda _: self._left(post))
            return Batches(post.shard, self.at_work, self.may_end)

        return Duty(follow)

    def _left(self, post: Post) -> None:
        if self._begun.get(post.shard) is post:
            del self._begun[post.shard]
        self.at_work.discard(post.shard)


Begin = Callable[[set[Post]], Process]


@pytest_asyncio.fixture(loop_scope="session")
async def begin(connect: Connect, fresh_settings: Settings) -> AsyncIterator[Begin]:
    """Starts processes, which end with the test."""
    async with AsyncExitStack() as stack:

        def started(posts: set[Post], follows: str = FOLLOWS) -> Process:
            redis = open_redis(fresh_settings, None)
            stack.push_async_callback(redis.aclose)
            process = Process(connect, redis, posts, follows)
            stack.push_async_callback(process.end)
            return process

        yield started


def posts(count: int) -> set[Post]:
    return {Post(Shard(f"of-a-test-{uuid4()}", 1)) for _ in range(count)}


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    began = time.monotonic()
    async with asyncio.timeout(TIMEOUT_S):
        yield
    assert time.monotonic() - began < seconds


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110  a set tells nobody
        await asyncio.sleep(POLL_INTERVAL_S)


def are_shared(there: set[Post], *processes: Process) -> bool:
    """Whether each post has one process, and none more than its share."""
    standing = [process.stands_at for process in processes]
    most = -(-len(there) // len(processes))
    return (
        sum(map(len, standing)) == len(there)
        and set().union(*standing) == there
        and max(map(len, standing)) <= most
    )


async def test_processes_that_come_one_after_the_other_share_evenly(begin: Begin) -> None:
    there = posts(12)
    first = begin(there)
    async with within(EVEN_WITHIN_S):
        await until(lambda: are_shared(there, first))
    second, third = begin(there), begin(there)
    async with within(EVEN_WITHIN_S):
        await until(lambda: are_shared(there, first, second, third))


async def test_what_a_killed_process_followed_is_taken_over_at_once(
    begin: Begin, connection: asyncpg.Connection
) -> None:
    # fault 1
    there = posts(6)
    killed, other = begin(there), begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: are_shared(there, killed, other))
    async with within(TAKEN_OVER_WITHIN_S):
        await killed.die(connection)
        await until(lambda: other.stands_at == there)


async def test_what_is_too_much_is_given_up_between_two_batches(begin: Begin) -> None:
    # fault 36
    there = posts(2)
    first = begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: first.stands_at == there)
        first.at_work.clear()
        first.may_end.clear()
        await until(lambda: len(first.at_work) == len(there))
        second = begin(there)
        # Time enough for the first to see that it has too much, and for the second to get it.
        await until(lambda: second.looks > 1)
        seen = first.looks
        await until(lambda: first.looks > seen + 1 and second.looks > LOOKS)
        assert not second.stands_at
        first.may_end.set()
        await until(lambda: are_shared(there, first, second))


async def test_a_process_that_was_not_seen_for_three_seconds_has_no_share(
    begin: Begin, connection: asyncpg.Connection
) -> None:
    there, alive = posts(4), connection.get_server_pid()
    await connection.execute(MEMBER, uuid4(), FOLLOWS, alive, 4.0)
    process = begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: process.stands_at == there)


async def test_a_process_that_is_seen_has_a_share(
    begin: Begin, connection: asyncpg.Connection
) -> None:
    there, alive = posts(4), connection.get_server_pid()
    await connection.execute(MEMBER, uuid4(), FOLLOWS, alive, -60.0)
    process = begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: len(process.stands_at) == 2)


async def test_what_only_a_newer_version_can_follow_does_not_wait_for_the_older_one(
    begin: Begin, connection: asyncpg.Connection
) -> None:
    # fault 37
    there, alive = posts(4), connection.get_server_pid()
    await connection.execute(MEMBER, uuid4(), "an older version", alive, -60.0)
    process = begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: process.stands_at == there)


async def test_new_builds_are_taken_up_and_retired_ones_left_within_a_second(begin: Begin) -> None:
    there = posts(2)
    process = begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: process.stands_at == there)
    gone, new = there.pop(), *posts(1)
    there.add(new)
    async with within(TAKEN_UP_WITHIN_S):
        await until(lambda: process.stands_at == there)
    assert gone not in there


async def test_a_build_whose_status_changes_is_followed_anew(begin: Begin) -> None:
    (ready,) = there = posts(1)
    process = begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: process.stands_at == {ready})
    there.clear()
    there.add(live := Post(ready.shard, status="kept"))
    async with within(TAKEN_UP_WITHIN_S):
        process.host.look()
        await until(lambda: process.stands_at == {live})


async def test_a_process_that_ends_leaves_its_share_to_the_others(
    begin: Begin, connection: asyncpg.Connection
) -> None:
    there = posts(4)
    ending, other = begin(there), begin(there)
    async with asyncio.timeout(TIMEOUT_S):
        await until(lambda: are_shared(there, ending, other))
    async with within(TAKEN_OVER_WITHIN_S):
        await ending.end()
        assert await connection.fetchval(MEMBERS) == 1
        await until(lambda: other.stands_at == there)
