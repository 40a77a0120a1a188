"""Requests at a steady pace, each timed from the moment at which it was due."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench_plaza.keep_alive import Answer

Ask = Callable[[], Awaitable[Answer]]


async def paced(ask: Ask, *, per_s: float, duration_s: float, after_s: float = 0.0) -> list[float]:
    """Ask at the pace, and give the times of the answers in ms.

    A request that has to wait for the one before it counts from when it was due: a server that
    stalls is not spared the requests that it held up. Several who ask at one pace begin one after
    the other, so that they do not all ask at the same moments.
    """
    began_s, times_ms = time.perf_counter() + after_s, []
    for number in range(int(per_s * duration_s)):
        due_s = began_s + number / per_s
        await asyncio.sleep(max(due_s - time.perf_counter(), 0))
        (await ask()).check()
        times_ms.append((time.perf_counter() - due_s) * 1000)
    return times_ms
