"""Runs a sequencer and followers in one process, woken by messages and by the clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from plaza.kernel.cancelling import cancelled
from plaza.outbox.channels import Channels
from plaza.outbox.sequencer import Sequencer, rest_s
from plaza.projecting.announcer import Announcer, Copy
from plaza.projecting.doorbell import Doorbell, wait
from plaza.projecting.keeping import Keeping, Standing
from plaza.projecting.members import Membership
from plaza.projecting.posts import Duty, Following, Roster
from plaza.projecting.pushing import Pushing
from plaza.projecting.steps import Fenced

POLL_INTERVAL_S = 0.25
IDLE_TICK_INTERVAL_S = 1.0
RETRY_DELAY_S = 0.5
RELISTEN_DELAY_S = 0.02
"""After a connection that was good until it was lost."""
LISTEN_TIMEOUT_S = 5.0
PUBLISH_TIMEOUT_S = 0.5
CLOSE_TIMEOUT_S = 1.0

log = structlog.get_logger()

Connect = Callable[[], Awaitable[asyncpg.Connection]]

CONNECTION_LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)


class Host:
    """The loops of one projector process."""

    def __init__(self, connect: Connect, redis: Redis, channels: Channels) -> None:
        self._connect = connect
        self._redis = redis
        self._channels = channels
        self._committed = Doorbell()
        self._sequenced = Doorbell()
        self._name = uuid4().hex.encode()
        self._stopping = asyncio.Event()
        self._keeping: Keeping | None = None
        self._pushing = Pushing(redis, channels)
        self._bells = {
            channels.committed: self._committed.ring,
            channels.sequenced: self._sequenced.ring,
            channels.builds: self.look,
            channels.listening: self._pushing.repeat,
        }

    def heard(self) -> int:
        """How often the log was said to have grown, or was looked at because it may have."""
        return self._sequenced.rings

    def announcer(self, watermark: str, copy: Copy | None = None) -> Announcer:
        """Who tells Redis of a follower's commits, while that follower stands at its post."""
        return Announcer(self._redis, self._channels, watermark, self._pushing, copy)

    async def run(self, roster: Roster, follows: str) -> None:
        """Run until `stop` was called and the batches in flight are finished.

        Args:
            roster: what there is to follow; asked again and again.
            follows: says which processes have the same roster, and share it with this one.
        """
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen_for_ever())
            pulsing = tasks.create_task(self._pulse())
            self._keeping = Keeping(Membership(follows), roster, self._stand, tasks)
            if self._stopping.is_set():
                self._keeping.stop()
            keeping = tasks.create_task(self._for_ever(self._keeping.keep, self._stopping))
            sequencing = tasks.create_task(self._for_ever(self._sequence, self._stopping))
            await asyncio.wait([sequencing, keeping])
            await self._keeping.stood()
            await cancelled(pulsing)
            await cancelled(listening)

    def stop(self) -> None:
        """Take nothing new."""
        self._stopping.set()
        if self._keeping is not None:
            self._keeping.stop()
        self._committed.ring()
        self._sequenced.ring()

    def look(self) -> None:
        """Ask at once what there is to follow: it may be other builds than a moment ago."""
        if self._keeping is not None:
            self._keeping.bell.ring()

    async def _for_ever(
        self, work: Callable[[asyncpg.Connection], Awaitable[None]], stopping: asyncio.Event
    ) -> None:
        """Do the work on a connection; on a new one when it is lost or the work fails."""
        while not stopping.is_set():
            try:
                connection = await self._connect()
            except (*CONNECTION_LOST, asyncpg.PostgresError) as error:
                log.warning("database_unreachable", error=repr(error))
                await wait(stopping, RETRY_DELAY_S)
                continue
            try:
                await work(connection)
            except CONNECTION_LOST as error:
                log.warning("connection_lost", error=repr(error))
                await wait(stopping, RETRY_DELAY_S)
            except Exception:
                log.exception("loop_failed")
                await wait(stopping, RETRY_DELAY_S)
            finally:
                with suppress(*CONNECTION_LOST):
                    await connection.close(timeout=CLOSE_TIMEOUT_S)

    async def _sequence(self, connection: asyncpg.Connection) -> None:
        sequencer = Sequencer(connection)
        await sequencer.start()
        stored_at = 0.0
        while not self._stopping.is_set():
            rung, began = self._committed.listen(), time.monotonic()
            idle = began - stored_at >= IDLE_TICK_INTERVAL_S
            position = await sequencer.tick(even_if_idle=idle)
            if position is not None or idle:
                stored_at = time.monotonic()
            if position is not None:
                took_s = time.monotonic() - began
                self._sequenced.ring()
                await self._publish(self._channels.sequenced, self._name)
                await asyncio.sleep(rest_s(took_s))
            # Who commits rings; without a ring since this tick began there is nothing to place.
            await wait(rung, POLL_INTERVAL_S)

    async def _stand(self, standing: Standing, duty: Duty) -> None:
        """Follow at a post until told to leave; what was committed is told before that is done."""

        async def work(connection: asyncpg.Connection) -> None:
            await self._follow(await duty.follow(connection), standing.leaving)

        if duty.announcer is None:
            await self._for_ever(work, standing.leaving)
            return
        telling = asyncio.create_task(duty.announcer.run())
        try:
            await self._for_ever(work, standing.leaving)
            await duty.announcer.finish(PUBLISH_TIMEOUT_S)
        finally:
            await cancelled(telling)

    async def _follow(self, follower: Following, leaving: asyncio.Event) -> None:
        while not leaving.is_set():
            rung = self._sequenced.listen()
            try:
                advanced = await follower.advance()
            except Fenced:
                log.info("fenced", projection=follower.shard.projection)
                follower.forget()
                # Somebody else goes on; to race it at once would cost both.
                await wait(leaving, RETRY_DELAY_S)
                continue
            if not advanced:
                await rung.wait()
            elif follower.rest_s:
                await wait(leaving, follower.rest_s)

    async def _pulse(self) -> None:
        """Have all followers look now and then, because a message may be lost."""
        while True:
            rings = self._sequenced.rings
            await asyncio.sleep(POLL_INTERVAL_S)
            if self._sequenced.rings == rings:
                self._sequenced.ring()

    async def _listen_for_ever(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("doorbells_unheard", error=repr(error))
            was_heard = time.monotonic() - began > RETRY_DELAY_S
            await asyncio.sleep(RELISTEN_DELAY_S if was_heard else RETRY_DELAY_S)

    async def _listen(self) -> None:
        """Ring what is rung in Redis; at first all bells, since some rings may have been missed."""
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(*self._bells)
            while True:
                message = await pubsub.get_message(timeout=LISTEN_TIMEOUT_S)
                # What this process has told itself by Redis its followers have heard before.
                if message is not None and message["data"] != self._name:
                    self._bells[message["channel"].decode()]()

    async def _publish(self, channel: str, message: bytes) -> None:
        """Publish, or give up soon: what is pushed is found by polling too."""
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await self._redis.publish(channel, message)
        except (RedisError, OSError) as error:
            log.warning("not_published", channel=channel, error=repr(error))
