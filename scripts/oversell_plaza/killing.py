"""Kills processes of a running plaza with signal 9, one after the other, as the seed says."""

import asyncio
import random

import psutil
from buying_plaza.processes import API_WORKER, by_role

INTERVAL_S = (1.0, 4.0)
"""So that what was killed is up again, most of the time, before it is killed once more."""
WEIGHTS = {API_WORKER: 5, "projector": 3, "worker": 2, "sandbox": 2, "API": 1}
SERVERS = {"PostgreSQL": 1, "Valkey": 1}
"""Killed too where that is wanted."""


class Killer:
    """Kills on and on.

    Attributes:
        killed: whom, in order.
    """

    def __init__(self, plaza_pid: int, chance: random.Random, *, servers_too: bool) -> None:
        self._pid = plaza_pid
        self._chance = chance
        self._weights = WEIGHTS | (SERVERS if servers_too else {})
        self.killed: list[str] = []

    async def go_on(self) -> None:
        """Kill until cancelled."""
        while True:
            await asyncio.sleep(self._chance.uniform(*INTERVAL_S))
            role = self._chance.choices(list(self._weights), list(self._weights.values()))[0]
            self._kill_one(role)

    def _kill_one(self, role: str) -> None:
        running = [process for found, process in by_role(self._pid) if found == role]
        if not running:
            # Not yet started again after the last time.
            return
        victim = self._chance.choice(sorted(running, key=lambda process: process.pid))
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            return
        self.killed.append(role)
