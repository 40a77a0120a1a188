"""The connection on which Redis says what has changed and how far the read models have come.

An invalidation must never come after the watermark that covers it. So both come on one connection,
which turns on the tracking itself: if another connection had turned it on and were closed, the
invalidations would stop without a word.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from plaza.outbox.channels import Channels, Pushed
from plaza.reading.invalidations import Invalidations
from plaza.reading.watermarks import Watermarks

INVALIDATE = b"__redis__:invalidate"
HEARTBEAT, INCARNATION = "heartbeat", "incarnation"
"""Keys with the prefix of tags that are no tags."""
SILENCE_MAX_S = 3.0
HEARTBEAT_INTERVAL_S = 1.0
HEARTBEAT_TTL_MS = 60_000
RECONNECT_DELAY_S = 0.5
REOPEN_DELAY_S = 0.02
"""After a connection that was good until it was lost."""
CONNECT_TIMEOUT_S = 2.0

LIVE = Gauge("plaza_near_cache_live", "1 while Redis tells this process what has changed.")

log = structlog.get_logger()


class Listener(Protocol):
    """Keeps answers in memory, and forgets what has been invalidated."""

    def drop(self, tags: Sequence[str]) -> None:
        """Forget what was made of these."""

    def drop_all(self) -> None:
        """Forget everything."""


class TrackingLost(Exception):  # noqa: N818  ended and begun again, not reported
    """The connection says nothing any more, or something that cannot be understood."""


class Coherence:
    """Keeps what is in memory in step with what the projectors have written.

    Attributes:
        epoch: raised whenever invalidations may have been missed.
    """

    def __init__(self, redis: Redis, channels: Channels, watermarks: Watermarks) -> None:
        self._redis = redis
        self._channels = channels
        self._watermarks = watermarks
        self._prefix_length = len(channels.tags_prefix)
        self._listeners: list[Listener] = []
        self._invalidations = Invalidations()
        self._beat = asyncio.Event()
        self._is_beating = True
        self._is_new = False
        self.epoch = 0
        self.live_until = 0.0
        """By the monotonic clock: until then nothing was missed, or a heartbeat would have been."""

    @property
    def sequence(self) -> int:
        """How many invalidations have come; noted before what may be kept is asked for."""
        return self._invalidations.sequence

    @property
    def is_live(self) -> bool:
        return time.monotonic() < self.live_until

    def tell(self, listener: Listener) -> None:
        """Tell a listener of invalidations from now on."""
        self._listeners.append(listener)

    def changed_since(self, sequence: int, tags: Sequence[str], until: int | None = None) -> bool:
        """Whether any of the tags was invalidated after that many invalidations."""
        return self._invalidations.came_after(sequence, tags, until)

    async def listen(self) -> None:
        """Hear of invalidations until cancelled; nothing is live unless `beat` runs beside it."""
        while True:
            connection = self._redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
            began = time.monotonic()
            try:
                await self._listen(connection)
            except (RedisError, OSError, TrackingLost, msgspec.DecodeError) as error:
                log.warning("invalidations_not_pushed", error=repr(error))
            finally:
                self._lose()
                await connection.disconnect(nowait=True)
            was_heard = time.monotonic() - began > RECONNECT_DELAY_S
            await asyncio.sleep(REOPEN_DELAY_S if was_heard else RECONNECT_DELAY_S)

    async def _listen(self, connection: AbstractConnection) -> None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._track(connection)
        except TimeoutError as error:
            raise TrackingLost("Redis does not answer.") from error
        # What was kept before is worth nothing: changes made in between were not announced.
        self._begin()
        while True:
            message = await connection.read_response(
                disable_decoding=True, timeout=SILENCE_MAX_S, disconnect_on_error=False
            )
            if message is None:
                raise TrackingLost(f"Not even a heartbeat came for {SILENCE_MAX_S:g} s.")
            await self._take(message)

    async def _track(self, connection: AbstractConnection) -> None:
        await connection.connect()  # type: ignore[no-untyped-call]
        own_id = await _asked(connection, "CLIENT", "ID")
        prefix = self._channels.tags_prefix
        await _asked(
            connection, "CLIENT", "TRACKING", "ON", "REDIRECT", own_id, "BCAST", "PREFIX", prefix
        )
        await connection.send_command("SUBSCRIBE", INVALIDATE, self._channels.watermark)
        for _ in range(2):
            await connection.read_response(disable_decoding=True)

    async def _take(self, message: Any) -> None:
        match message:
            case [b"message", channel, None] if channel == INVALIDATE:
                self._forget()
            case [b"message", channel, [*keys]] if channel == INVALIDATE:
                self._invalidate(keys)
            case [b"message", _, bytes() as text]:
                await self._watermarks.take(msgspec.json.decode(text, type=Pushed))
            case _:
                raise TrackingLost(f"Redis said something else: {message!r}")

    def _invalidate(self, keys: list[bytes]) -> None:
        tags = [key[self._prefix_length :].decode(errors="replace") for key in keys]
        if HEARTBEAT in tags:
            self.live_until = time.monotonic() + SILENCE_MAX_S
            LIVE.set(1)
            tags.remove(HEARTBEAT)
        if INCARNATION in tags:
            # Redis may have forgotten touches, or had no room for them.
            self._forget()
        elif tags:
            self._invalidations.tell(tags)
            for listener in self._listeners:
                listener.drop(tags)

    def _begin(self) -> None:
        self.epoch += 1
        self._forget()
        self._is_new = True
        self._beat.set()

    def _lose(self) -> None:
        """Nothing that is in memory may be served, nothing on its way there may be kept."""
        self.epoch += 1
        self.live_until = 0.0
        LIVE.set(0)
        self._watermarks.forget_pushes()

    def _forget(self) -> None:
        self._invalidations.tell_all()
        for listener in self._listeners:
            listener.drop_all()

    async def beat(self) -> None:
        """Say something every second until cancelled, so that silence means a loss.

        It is said on another connection than the one that listens. The two run as separate tasks
        and not in one group: a group cancels its tasks once, and a driver may swallow that.
        """
        while True:
            self._beat.clear()
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._redis.set(
                        self._channels.heartbeat, os.getpid(), px=HEARTBEAT_TTL_MS
                    )
                    await self._ask_for_repetition()
                self._is_beating = True
            except (RedisError, OSError, TimeoutError) as error:
                if self._is_beating:
                    log.warning("heartbeat_not_written", error=repr(error))
                self._is_beating = False
            try:
                async with asyncio.timeout(HEARTBEAT_INTERVAL_S):
                    await self._beat.wait()
            except TimeoutError:
                continue

    async def _ask_for_repetition(self) -> None:
        """Have followers say once more how far they have come, where some of it was missed."""
        if self._is_new:
            await self._redis.publish(self._channels.listening, b"")
            self._is_new = False


async def _asked(connection: AbstractConnection, *command: str | bytes | int) -> Any:
    await connection.send_command(*command)
    return await connection.read_response(disable_decoding=True)
