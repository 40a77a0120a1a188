"""Redis asked within a budget, and not asked at all while it is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

REDIS_BUDGET_S = 0.1
"""The longest that a request waits to be counted; a trip takes a tenth of a millisecond."""
ASK_AGAIN_S = 1.0
LATE_IN_A_ROW_MAX = 3
"""A busy machine is late now and then; only a server that is late again and again is away."""

T = TypeVar("T")

log = structlog.get_logger()


class ReachingRedis:
    """Lets one question a second try a server that was away; all others go on without it."""

    def __init__(self) -> None:
        self.is_away = False
        self._asks_again_at = 0.0
        self._late_in_a_row = 0

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """The answer; None where there is none in time."""
        if self.is_away:
            if time.monotonic() < self._asks_again_at:
                return None
            self._asks_again_at = time.monotonic() + ASK_AGAIN_S
        try:
            async with asyncio.timeout(REDIS_BUDGET_S):
                answer = await question()
        except TimeoutError as error:
            self._late_in_a_row += 1
            if self._late_in_a_row >= LATE_IN_A_ROW_MAX:
                self._lost(error)
            return None
        except (RedisError, OSError) as error:
            self._lost(error)
            return None
        self._found()
        return answer

    def _lost(self, error: Exception) -> None:
        self._asks_again_at = time.monotonic() + ASK_AGAIN_S
        if not self.is_away:
            self.is_away = True
            log.warning("rate_limits_counted_here", error=repr(error))

    def _found(self) -> None:
        self._late_in_a_row = 0
        if self.is_away:
            self.is_away = False
            log.info("rate_limits_shared_again")
