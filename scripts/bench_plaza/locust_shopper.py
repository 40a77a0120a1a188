"""The locustfile: every user asks for one address without pause, on a connection of its own.

Locust rounds what it reports to milliseconds; this keeps the times themselves, counted once all
users are there, and leaves the figures in a file.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from locust import FastHttpUser, constant, events, task
from locust.env import Environment
from locust.event import EventHook

from bench_plaza.latency import Latency
from bench_plaza.locust_load import FIGURES_VARIABLE, PATH_VARIABLE
from bench_plaza.read_load import ReadLoad


class Tally:
    """What the users measured since the last of them came."""

    def __init__(self) -> None:
        self.started_s: float | None = None
        self.latencies_ms: list[float] = []

    def start(self, **_: Any) -> None:
        self.started_s = time.perf_counter()

    def count(self, response_time: float, **_: Any) -> None:
        if self.started_s is not None:
            self.latencies_ms.append(response_time)

    def write(self, **_: Any) -> None:
        if self.started_s is None or not self.latencies_ms:
            return
        load = ReadLoad(
            requests_per_s=len(self.latencies_ms) / (time.perf_counter() - self.started_s),
            latency=Latency.of(self.latencies_ms),
        )
        Path(os.environ[FIGURES_VARIABLE]).write_bytes(msgspec.json.encode(load))


class Shopper(FastHttpUser):
    wait_time = constant(0)
    concurrency = 1
    headers = {"Accept-Encoding": "identity"}  # noqa: RUF012  wrk asks for no encoding either

    @task
    def read(self) -> None:
        self.client.get(os.environ[PATH_VARIABLE], headers=self.headers)


def tally_requests(environment: Environment, **_: Any) -> None:
    tally = Tally()
    _listen(environment.events.spawning_complete, tally.start)
    _listen(environment.events.request, tally.count)
    _listen(environment.events.test_stopping, tally.write)


def _listen(hook: EventHook, listener: Callable[..., None]) -> None:
    hook.add_listener(listener)  # type: ignore[no-untyped-call]


_listen(events.init, tally_requests)
