"""SAQ's part: queues, and what is done by the clock."""

from typing import Any

import msgspec
from redis.asyncio import Redis
from saq import CronJob, Queue
from saq.queue.redis import RedisQueue
from saq.types import PartialTimersDict

from plaza.bootstrap import CONSTRAINTS, PROJECTIONS
from plaza.entrypoints.rebuilder import finish_rebuilds_elsewhere
from plaza.operations.acceptances import expire_vendor_orders
from plaza.operations.audits import audit_longest_ago
from plaza.operations.carts import expire_carts
from plaza.operations.pauses import end_pauses
from plaza.operations.retention import drop_old_facts
from plaza.operations.stock_sweeps import sweep_stock
from plaza.operations.upkeep import (
    add_partitions,
    forget_keys,
    forget_log_ins,
    forget_webhooks,
)
from plaza.outbox.redis_connections import telling
from plaza.settings import InvalidSetting, Settings, settings_from

JOB_TIMEOUT_S = 300
JOB_RETRIES = 5
REBUILD_TIMEOUT_S = 3_600

# What SAQ does by the clock hears of a stop when it has slept: each sleeps shorter than the grace
# of a stop, which would otherwise run out every time, and warn of tasks that had to be canceled.
SAQ_TIMERS: PartialTimersDict = {"schedule": 1, "worker_info": 1, "sweep": 1, "abort": 1}


def open_queue(settings: Settings, name: str) -> Queue:
    """The queue of a worker; its jobs are doorbells, no fact lives in them.

    Raises:
        InvalidSetting: no server is set.
    """
    if settings.redis_url is None:
        raise InvalidSetting("PLAZA_REDIS_URL is not set; `plaza up` sets it for its processes.")
    redis: Redis = Redis.from_url(settings.redis_url, protocol=2, socket_timeout=None)
    return RedisQueue(telling(redis), name=f"plaza-{name}", dump=_dump, load=_load)


async def add_log_partitions(_: Any) -> None:
    await add_partitions(settings_from())


async def drop_old_log(_: Any) -> None:
    await drop_old_facts(settings_from())


async def forget_old_keys(_: Any) -> None:
    await forget_keys(settings_from())


async def forget_old_log_ins(_: Any) -> None:
    await forget_log_ins(settings_from())


async def forget_old_webhooks(_: Any) -> None:
    await forget_webhooks(settings_from())


async def end_vendor_pauses(_: Any) -> None:
    await end_pauses(settings_from(), CONSTRAINTS)


async def look_after_stock(_: Any) -> None:
    await sweep_stock(settings_from(), CONSTRAINTS)


async def audit_read_models(_: Any) -> None:
    await audit_longest_ago(settings_from(), PROJECTIONS)


async def rebuild_read_models(_: Any) -> None:
    await finish_rebuilds_elsewhere(settings_from())


async def expire_old_carts(_: Any) -> None:
    await expire_carts(settings_from())


async def expire_unaccepted_orders(_: Any) -> None:
    await expire_vendor_orders(settings_from(), CONSTRAINTS)


PROJECTOR_CRON = [
    CronJob(add_log_partitions, cron="*/10 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    # What it does not finish in its time it goes on with five seconds later.
    CronJob(
        rebuild_read_models,
        cron="* * * * * */5",
        timeout=REBUILD_TIMEOUT_S,
        retries=JOB_RETRIES,
    ),
]
# The sixth field is seconds: a pause is over for everybody ten seconds later at most.
WORKER_CRON = [
    CronJob(
        expire_unaccepted_orders,
        cron="* * * * * */10",
        timeout=JOB_TIMEOUT_S,
        retries=JOB_RETRIES,
    ),
    CronJob(end_vendor_pauses, cron="* * * * * */10", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(look_after_stock, cron="* * * * * */10", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(expire_old_carts, cron="*/5 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(audit_read_models, cron="*/5 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(drop_old_log, cron="23 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(forget_old_keys, cron="7 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(forget_old_log_ins, cron="37 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
    CronJob(forget_old_webhooks, cron="53 * * * *", timeout=JOB_TIMEOUT_S, retries=JOB_RETRIES),
]


def _dump(job: Any) -> str:
    return msgspec.json.encode(job).decode()


def _load(raw: str | bytes) -> Any:
    return msgspec.json.decode(raw)
