"""Trying again what has failed for a reason that passes."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina

from plaza.writing.failures import RunAnew, is_transient

ATTEMPTS_MAX = 3
WAIT_S = 0.01
JITTER_S = 0.05
WAIT_S_MAX = 0.2
RUN_ANEW_WAIT_S = 0.001

R = TypeVar("R")


async def tried(attempt_at: Callable[[int], Awaitable[R]]) -> R:
    """Attempt it, and again after a failure that may pass.

    The first attempt, which nearly always succeeds, does without the library's bookkeeping.

    Args:
        attempt_at: makes an attempt, told how many there were before it.

    Raises:
        Exception: what the last attempt has failed with.
    """
    try:
        return await attempt_at(0)
    except Exception as error:
        if not _backoff_of(error):
            raise
        first = error
    async for attempt in stamina.retry_context(
        on=_backoff_of,
        attempts=ATTEMPTS_MAX,
        wait_initial=WAIT_S,
        wait_jitter=JITTER_S,
        wait_max=WAIT_S_MAX,
    ):
        with attempt:
            if attempt.num == 1:
                raise first
            return await attempt_at(attempt.num - 1)
    raise first


def _backoff_of(error: Exception) -> bool | float:
    """Whether to try again, or after how many seconds: almost none where nobody is in the way."""
    return RUN_ANEW_WAIT_S if isinstance(error, RunAnew) else is_transient(error)
