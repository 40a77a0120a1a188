"""Pushes watermarks to the API processes: those that are due together, in one message."""

import asyncio
import time

import msgspec
from redis.asyncio import Redis

from plaza.outbox.channels import Channels, Pushed

GATHERING_S = 0.001
INTERVAL_S = 0.004


class Pushing:
    """Tells how far the followers of one process have come.

    Most of them have nothing to do with what was just sequenced and go past it at once, so that a
    message for each would be most of the messages that there are.

    Attributes:
        is_heard: whether Redis took the last message; while it does not, who waits for a follower
            learns from PostgreSQL alone how far that has come.
    """

    def __init__(self, redis: Redis, channels: Channels) -> None:
        self._redis = redis
        self._channels = channels
        self._due: dict[str, int] = {}
        self._said: dict[str, int] = {}
        self._sending: asyncio.Task[None] | None = None
        self._sent_at = 0.0
        self.is_heard = True

    async def push(self, projection: str, position: int) -> None:
        """Push, with what others push at the same moment.

        Raises:
            RedisError: Redis is away; push again.
        """
        # Who gives up waiting does not take back what the others wait for.
        await asyncio.shield(self.note(projection, position))

    def note(self, projection: str, position: int) -> asyncio.Task[None]:
        """Have it pushed in a moment."""
        self._due[projection] = max(position, self._due.get(projection, 0))
        self._said[projection] = max(position, self._said.get(projection, 0))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
            self._sending.add_done_callback(_heard)
        return self._sending

    def repeat(self) -> None:
        """Say everything once more: somebody has just begun to listen."""
        for projection, position in self._said.items():
            self.note(projection, position)

    async def _send(self) -> None:
        # Those who are awake now are about to have their say, and a message costs every process
        # more than all that it says.
        since_last_s = time.monotonic() - self._sent_at
        await asyncio.sleep(max(GATHERING_S, INTERVAL_S - since_last_s))
        due, self._due, self._sending = self._due, {}, None
        self._sent_at = time.monotonic()
        self.is_heard = False
        await self._redis.publish(self._channels.watermark, msgspec.json.encode(Pushed(due)))
        self.is_heard = True


def _heard(sent: asyncio.Task[None]) -> None:
    """Take note of a failure also where everybody who waited for it has given up."""
    if not sent.cancelled():
        sent.exception()
