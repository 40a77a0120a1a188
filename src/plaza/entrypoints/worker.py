"""The worker process: mails, money, jobs that talk to the outside world, sweeps and retention.

Started by `saq plaza.entrypoints.worker.settings`.
"""

from contextlib import AsyncExitStack
from typing import Any

from plaza.bootstrap import JOBS
from plaza.entrypoints.epochs import anew_each_epoch
from plaza.entrypoints.event_loop import use_fast_loop
from plaza.entrypoints.jobs import SAQ_TIMERS, WORKER_CRON, open_queue
from plaza.entrypoints.logs import configure_logs
from plaza.entrypoints.mailing import mailing
from plaza.entrypoints.moving_money import moving_money
from plaza.operations.watchdog import Watchdog
from plaza.outbox.eviction import is_evicting
from plaza.settings import settings_from
from plaza.writing.engine import open_redis

SETTINGS = settings_from()

use_fast_loop()


async def startup(context: dict[str, Any]) -> None:
    """Begin to send, and to move money."""
    configure_logs(SETTINGS)
    context["working"] = stack = AsyncExitStack()
    await stack.enter_async_context(Watchdog("worker").watching())
    await stack.enter_async_context(anew_each_epoch(SETTINGS, _work))


async def _work(stack: AsyncExitStack) -> None:
    async with open_redis(SETTINGS) as redis:
        await is_evicting(redis)
    await stack.enter_async_context(mailing(SETTINGS))
    await stack.enter_async_context(moving_money(SETTINGS))


async def shutdown(context: dict[str, Any]) -> None:
    """Finish what is under way."""
    await context["working"].aclose()


settings = {
    "queue": open_queue(SETTINGS, "worker"),
    "functions": JOBS,
    "cron_jobs": WORKER_CRON,
    "startup": startup,
    "shutdown": shutdown,
    "concurrency": 10,
    "dequeue_timeout": 1,
    "shutdown_grace_period_s": 3,
    "timers": SAQ_TIMERS,
}
