"""Runs a sequencer and followers in one process, woken by messages and by the clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plaza.outbox.channels import Channels
from plaza.outbox.sequencer import Sequencer
from plaza.projecting.announcer import Announcer, Copy
from plaza.projecting.leases import Leases
from plaza.projecting.pushing import Pushing
from plaza.projecting.steps import Fenced, Shard

POLL_INTERVAL_S = 0.25
TICK_SPACING_S = 0.002
IDLE_TICK_INTERVAL_S = 1.0
RETRY_DELAY_S = 0.5
LEASE_RETRY_S = 0.5
LISTEN_TIMEOUT_S = 5.0
PUBLISH_TIMEOUT_S = 0.5
CLOSE_TIMEOUT_S = 1.0

log = structlog.get_logger()

Connect = Callable[[], Awaitable[asyncpg.Connection]]

CONNECTION_LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)


class Following(Protocol):
    """Something that goes along the log step by step."""

    shard: Shard
    rest_s: float
    """How long it leaves the log alone after it went on, so that the next batch is worth it."""

    async def advance(self) -> bool: ...
    def forget(self) -> None: ...


Follow = Callable[[asyncpg.Connection], Awaitable[Following]]
"""Makes a follower that works on a connection."""


class Doorbell:
    """Wakes everybody who waits; a ring in between is not lost."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    def listen(self) -> asyncio.Event:
        """What the next ring will set; taken before the work whose end it is to wait behind."""
        return self._rung


class Host:
    """The loops of one projector process."""

    def __init__(self, connect: Connect, redis: Redis, channels: Channels) -> None:
        self._connect = connect
        self._redis = redis
        self._channels = channels
        self._committed = Doorbell()
        self._sequenced = Doorbell()
        self._stopping = asyncio.Event()
        self._leases: Leases | None = None
        self._lease_lock = asyncio.Lock()
        self._announcers: list[Announcer] = []
        self._pushing = Pushing(redis, channels)

    def announcer(self, projection: str, copy: Copy | None = None) -> Announcer:
        """Who tells Redis of a projection's commits; asked for before the host runs."""
        made = Announcer(self._redis, self._channels, projection, self._pushing, copy)
        self._announcers.append(made)
        return made

    async def run(self, followers: list[Follow]) -> None:
        """Run until `stop` was called and the batches in flight are finished."""
        async with asyncio.TaskGroup() as tasks:
            telling = [tasks.create_task(announcer.run()) for announcer in self._announcers]
            telling.append(tasks.create_task(self._listen_for_ever()))
            sequencing = tasks.create_task(self._for_ever(self._sequence))
            following = [tasks.create_task(self._follow_for_ever(follow)) for follow in followers]
            await asyncio.wait([sequencing, *following])
            await asyncio.gather(*(made.finish(PUBLISH_TIMEOUT_S) for made in self._announcers))
            for task in telling:
                task.cancel()
        if self._leases is not None:
            with suppress(*CONNECTION_LOST):
                await self._leases.close(CLOSE_TIMEOUT_S)

    def stop(self) -> None:
        """Take nothing new."""
        self._stopping.set()
        self._committed.ring()
        self._sequenced.ring()

    async def _for_ever(self, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
        """Do the work on a connection; on a new one when it is lost or the work fails."""
        while not self._stopping.is_set():
            try:
                connection = await self._connect()
            except (*CONNECTION_LOST, asyncpg.PostgresError) as error:
                log.warning("database_unreachable", error=repr(error))
                await self._pause(RETRY_DELAY_S)
                continue
            try:
                await work(connection)
            except CONNECTION_LOST as error:
                log.warning("connection_lost", error=repr(error))
                await self._pause(RETRY_DELAY_S)
            except Exception:
                log.exception("loop_failed")
                await self._pause(RETRY_DELAY_S)
            finally:
                with suppress(*CONNECTION_LOST):
                    await connection.close(timeout=CLOSE_TIMEOUT_S)

    async def _sequence(self, connection: asyncpg.Connection) -> None:
        sequencer = Sequencer(connection)
        await sequencer.start()
        stored_at = 0.0
        while not self._stopping.is_set():
            rung = self._committed.listen()
            idle = time.monotonic() - stored_at >= IDLE_TICK_INTERVAL_S
            position = await sequencer.tick(even_if_idle=idle)
            if position is not None or idle:
                stored_at = time.monotonic()
            if position is None:
                await _wait(rung, POLL_INTERVAL_S)
                continue
            self._sequenced.ring()
            await self._publish(self._channels.sequenced, b"")
            # Commits that come together are sequenced together.
            await asyncio.sleep(TICK_SPACING_S)

    async def _follow_for_ever(self, follow: Follow) -> None:
        async def work(connection: asyncpg.Connection) -> None:
            await self._follow(await follow(connection))

        await self._for_ever(work)

    async def _follow(self, follower: Following) -> None:
        while not self._stopping.is_set():
            if not await self._lease(follower.shard):
                await self._pause(LEASE_RETRY_S)
                continue
            rung = self._sequenced.listen()
            try:
                advanced = await follower.advance()
            except Fenced:
                log.info("fenced", projection=follower.shard.projection)
                follower.forget()
                # Somebody else goes on; to race it at once would cost both.
                await self._pause(RETRY_DELAY_S)
                continue
            if not advanced:
                await _wait(rung, POLL_INTERVAL_S)
            elif follower.rest_s:
                await self._pause(follower.rest_s)

    async def _lease(self, shard: Shard) -> bool:
        async with self._lease_lock:
            if self._leases is None or not self._leases.is_alive:
                self._leases = Leases(await self._connect())
            return await self._leases.hold(shard)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("doorbells_unheard", error=repr(error))
                await asyncio.sleep(RETRY_DELAY_S)

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(self._channels.committed, self._channels.sequenced)
            while True:
                message = await pubsub.get_message(timeout=LISTEN_TIMEOUT_S)
                if message is None:
                    continue
                committed = message["channel"] == self._channels.committed.encode()
                (self._committed if committed else self._sequenced).ring()

    async def _publish(self, channel: str, message: bytes) -> None:
        """Publish, or give up soon: what is pushed is found by polling too."""
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._redis.publish(channel, message)
        except (RedisError, OSError) as error:
            log.warning("not_published", channel=channel, error=repr(error))

    async def _pause(self, delay_s: float) -> None:
        await _wait(self._stopping, delay_s)


async def _wait(event: asyncio.Event, timeout_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
