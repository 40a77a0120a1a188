"""Redis asked within a budget; after several failures in a row, not at all for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

BUDGET_S = 0.05
"""The longest that a read waits for a copy; then PostgreSQL is asked."""
OPEN_S = 1.0
FAILURES_MAX = 3

T = TypeVar("T")

log = structlog.get_logger()


class Breaker:
    """Opens after several failures in a row; then one question now and then tries again."""

    def __init__(
        self,
        subject: str,
        budget_s: float | None = None,
        *,
        open_s: float = OPEN_S,
        opens_at_refusal: bool = False,
    ) -> None:
        """Begin closed.

        Args:
            subject: what Redis is asked for, as the log shall call it.
            budget_s: the longest that somebody waits; as for copies, unless it is said.
            open_s: how long nobody is asked.
            opens_at_refusal: whether one refusal is enough; to be late takes several, since on a
                busy machine everything is late now and then.
        """
        self._subject = subject
        self._budget_s = budget_s
        self._open_s = open_s
        self._opens_at_refusal = opens_at_refusal
        self._failures = 0
        self._closes_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES_MAX

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """The answer; None where there is none in time."""
        if self.is_open:
            if time.monotonic() < self._closes_at:
                return None
            # The others go on without it until this one knows.
            self._closes_at = time.monotonic() + self._open_s
        try:
            async with asyncio.timeout(BUDGET_S if self._budget_s is None else self._budget_s):
                answer = await question()
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            return None
        if self.is_open:
            log.info("redis_asked_again", subject=self._subject)
        self._failures = 0
        return answer

    def _failed(self, error: Exception) -> None:
        was_open = self.is_open
        is_refused = not isinstance(error, TimeoutError)
        self._failures += FAILURES_MAX if is_refused and self._opens_at_refusal else 1
        if self.is_open:
            self._closes_at = time.monotonic() + self._open_s
        if self.is_open and not was_open:
            log.warning("redis_not_asked", subject=self._subject, error=repr(error))
