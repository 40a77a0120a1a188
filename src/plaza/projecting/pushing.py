"""Pushes watermarks to the API processes: those that are due together, in one message."""

import asyncio

import msgspec
from redis.asyncio import Redis

from plaza.outbox.channels import Channels, Pushed


class Pushing:
    """Tells how far the followers of one process have come.

    Most of them have nothing to do with what was just sequenced and go past it at once, so that a
    message for each would be most of the messages that there are.
    """

    def __init__(self, redis: Redis, channels: Channels) -> None:
        self._redis = redis
        self._channels = channels
        self._due: dict[str, int] = {}
        self._sending: asyncio.Task[None] | None = None

    async def push(self, projection: str, position: int) -> None:
        """Push, with what others push at the same moment.

        Raises:
            RedisError: Redis is away; push again.
        """
        self._due[projection] = max(position, self._due.get(projection, 0))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
            self._sending.add_done_callback(_heard)
        # Who gives up waiting does not take back what the others wait for.
        await asyncio.shield(self._sending)

    async def _send(self) -> None:
        # Everybody whose turn it is now has a say.
        await asyncio.sleep(0)
        due, self._due, self._sending = self._due, {}, None
        await self._redis.publish(self._channels.watermark, msgspec.json.encode(Pushed(due)))


def _heard(sent: asyncio.Task[None]) -> None:
    """Take note of a failure also where everybody who waited for it has given up."""
    if not sent.cancelled():
        sent.exception()
