"""The projector process: sequencer and followers, hosted by a SAQ worker.

Started by `saq plaza.entrypoints.projector.settings`.
"""

import gc
from contextlib import AsyncExitStack
from typing import Any

from plaza.entrypoints.epochs import anew_each_epoch
from plaza.entrypoints.event_loop import use_fast_loop
from plaza.entrypoints.following import following
from plaza.entrypoints.garbage import rare_collections
from plaza.entrypoints.jobs import PROJECTOR_CRON, SAQ_TIMERS, open_queue
from plaza.entrypoints.logs import configure_logs
from plaza.operations.watchdog import Watchdog
from plaza.settings import settings_from

SETTINGS = settings_from()

use_fast_loop()


async def startup(context: dict[str, Any]) -> None:
    """Begin to follow."""
    configure_logs(SETTINGS)
    stack = AsyncExitStack()
    await stack.enter_async_context(Watchdog("projector").watching())
    await stack.enter_async_context(anew_each_epoch(SETTINGS, _follow))
    context["following"] = stack
    # What starting has left behind is not to be spared for good.
    gc.collect()
    stack.enter_context(rare_collections())


async def _follow(stack: AsyncExitStack) -> None:
    await stack.enter_async_context(following(SETTINGS))


async def shutdown(context: dict[str, Any]) -> None:
    """Finish the batches in flight."""
    await context["following"].aclose()


settings = {
    "queue": open_queue(SETTINGS, "projector"),
    "functions": [],
    "cron_jobs": PROJECTOR_CRON,
    "startup": startup,
    "shutdown": shutdown,
    "concurrency": 2,
    "dequeue_timeout": 1,
    "shutdown_grace_period_s": 3,
    "timers": SAQ_TIMERS,
}
