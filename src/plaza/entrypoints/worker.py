"""The worker process: jobs that talk to the outside world, sweeps and retention.

Started by `saq plaza.entrypoints.worker.settings`.
"""

from typing import Any

from plaza.bootstrap import JOBS
from plaza.entrypoints.jobs import WORKER_CRON, open_queue
from plaza.entrypoints.logs import configure_logs
from plaza.settings import settings_from

SETTINGS = settings_from()


async def startup(_: dict[str, Any]) -> None:
    configure_logs(SETTINGS)


settings = {
    "queue": open_queue(SETTINGS, "worker"),
    "functions": JOBS,
    "cron_jobs": WORKER_CRON,
    "startup": startup,
    "concurrency": 10,
    "dequeue_timeout": 1,
    "shutdown_grace_period_s": 2,
    "timers": {"sweep": 5},
}
