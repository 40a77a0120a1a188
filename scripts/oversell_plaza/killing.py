"""Kills processes of a running plaza with signal 9, one after the other, as the seed says."""

import asyncio
import random
import time

import psutil
from bench_plaza.keep_alive import ConnectionLost
from buying_plaza.caller import Caller
from buying_plaza.processes import API_WORKER, by_role
from fuzz_plaza.own_plaza import Plaza

INTERVAL_S = (1.0, 4.0)
ANSWERED_S_MIN = 5.0
"""A crash is to be tried, not an outage: nobody but the projector, whose work waits for it, is
killed before the API has answered for so long."""
API_AGE_S_MIN = 35.0
"""What ends sooner than after 30 s is started again later each time by `plaza up`."""
LOOK_INTERVAL_S = 0.5
WEIGHTS = {API_WORKER: 5, "projector": 3, "worker": 2, "sandbox": 2, "API": 1}
SERVERS = {"PostgreSQL": 1, "Valkey": 1}
"""Killed too where that is wanted."""


class Killer:
    """Kills on and on.

    Attributes:
        killed: whom, in order.
    """

    def __init__(self, plaza: Plaza, chance: random.Random, *, servers_too: bool) -> None:
        self._plaza = plaza
        self._chance = chance
        self._weights = WEIGHTS | (SERVERS if servers_too else {})
        self._answers_since_s: float | None = None
        self.killed: list[str] = []

    async def go_on(self) -> None:
        """Kill until cancelled."""
        async with Caller(self._plaza.port) as caller:
            while True:
                await self._look_on(caller, self._chance.uniform(*INTERVAL_S))
                role = self._chance.choices(list(self._weights), list(self._weights.values()))[0]
                self._kill_one(role)

    async def _look_on(self, caller: Caller, duration_s: float) -> None:
        """Wait, and note from when on the API has answered all the time."""
        deadline_s = time.monotonic() + duration_s
        while time.monotonic() < deadline_s:
            await asyncio.sleep(LOOK_INTERVAL_S)
            try:
                await caller.ask("GET", "/health/live")
            except ConnectionLost:
                self._answers_since_s = None
            else:
                self._answers_since_s = self._answers_since_s or time.monotonic()

    def _may_kill(self, role: str) -> bool:
        if role == "projector":
            return True
        since_s = self._answers_since_s
        return since_s is not None and time.monotonic() - since_s >= ANSWERED_S_MIN

    def _kill_one(self, role: str) -> None:
        if not self._may_kill(role):
            return
        running = [process for found, process in by_role(self._plaza.pid) if found == role]
        if role == "API":
            born_before = time.time() - API_AGE_S_MIN
            running = [process for process in running if process.create_time() < born_before]
        if not running:
            # Not yet, or not long enough, there again after the last time.
            return
        victim = self._chance.choice(sorted(running, key=lambda process: process.pid))
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            return
        self.killed.append(role)
