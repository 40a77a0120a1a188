"""Kills processes of a running plaza with signal 9, one after the other, as the seed says."""

import asyncio
import random
from collections.abc import Iterator, Mapping

import psutil

INTERVAL_S = (1.0, 4.0)
"""So that what was killed is up again, most of the time, before it is killed once more."""
# Signs in a process's own command line, or else in that of the nearest parent that has one.
SIGNS = {
    "plaza.entrypoints.api:create_app": "API",
    "plaza.entrypoints.sandbox.server:create_sandbox": "sandbox",
    "plaza.entrypoints.projector.settings": "projector",
    "plaza.entrypoints.worker.settings": "worker",
    "postgres": "PostgreSQL",
    "valkey-server": "Valkey",
}
API_WORKER = "API worker"
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


def by_role(plaza_pid: int) -> Iterator[tuple[str, psutil.Process]]:
    """The processes that a `plaza up` has started, by what they are."""
    root = psutil.Process(plaza_pid)
    children = {process.pid: process for process in root.children(recursive=True)}
    for process in children.values():
        try:
            role = _role(process, children)
        except psutil.NoSuchProcess:
            continue
        if role is not None:
            yield role, process


def _role(process: psutil.Process, family: Mapping[int, psutil.Process]) -> str | None:
    own = _sign(process)
    if own is not None:
        return own
    parent = family.get(process.ppid())
    return API_WORKER if parent is not None and _sign(parent) == "API" else None


def _sign(process: psutil.Process) -> str | None:
    words = {process.name(), *process.cmdline()}
    return next((role for sign, role in SIGNS.items() if sign in words), None)
