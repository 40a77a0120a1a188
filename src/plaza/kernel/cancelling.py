"""Ending tasks that run until they are cancelled."""

import asyncio
from typing import Any

AGAIN_AFTER_S = 1.0


async def cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they are done.

    Once is not always enough. A driver that is cancelled while it gives a connection back may
    raise an error of its own instead, and a loop that goes on after failures then goes on.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_AFTER_S)
