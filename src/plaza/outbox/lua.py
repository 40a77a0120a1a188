"""Scripts in Redis, each one atomic."""

import hashlib
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from plaza.outbox.channels import Channels


class LuaScript:
    """A script that the server is told once in its life.

    A server that does not know the script was started since, or has taken another's place. It may
    have come back with less than it remembered: with copies, but without the last touches of their
    tags. So the incarnation ends before anything else is asked of it.
    """

    def __init__(self, redis: Redis, channels: Channels, text: str) -> None:
        self._redis = redis
        self._channels = channels
        # Logs that share a server have scripts of their own, so that each notices for itself.
        self._text = f"-- {channels.prefix}\n{text}"
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Run it; its keys and arguments as the script has them.

        Raises:
            RedisError: the server is away, or will not.
        """
        try:
            return await self._run(keys, arguments)
        except NoScriptError:
            await self._redis.delete(self._channels.incarnation)
            await self._redis.script_load(self._text)
            return await self._run(keys, arguments)

    async def _run(self, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        # Its annotation is that of the blocking client, too.
        answer: Any = self._redis.evalsha(self._sha, len(keys), *keys, *arguments)
        return await answer
