"""What befalls the network and the servers, one after the other, as the seed says."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from crash_plaza.history import History, Outage
from crash_plaza.surroundings import Surroundings
from fault_proxy import NONE, Faults

PAUSE_S = (0.2, 1.5)
DURATION_S = (0.2, 3.0)
DOWN_S = (0.0, 2.0)
CUT_BYTES_MAX = 20_000
LATENCY_S = (0.005, 0.05)
CLOSE_DELAY_S = 0.5
WEIGHTS = {
    ("database", "slow"): 2,
    ("database", "silent"): 1,
    ("database", "cut"): 2,
    ("database", "refusing"): 1,
    ("database", "reset"): 3,
    ("database", "killed"): 2,
    ("redis", "slow"): 2,
    ("redis", "silent"): 2,
    ("redis", "cut"): 2,
    ("redis", "refusing"): 1,
    ("redis", "reset"): 3,
    ("redis", "killed"): 2,
    ("api", "slow"): 1,
    ("api", "cut"): 2,
    ("api", "reset"): 4,
    ("api", "closing slowly"): 1,
}


class Troubles:
    """Troubles on and on.

    Attributes:
        befallen: how often which, as in `redis silent`.
    """

    def __init__(self, around: Surroundings, chance: random.Random, history: History) -> None:
        self._around = around
        self._chance = chance
        self._history = history
        self.befallen: Counter[str] = Counter()

    async def go_on(self) -> None:
        """Trouble until cancelled; then all is well again."""
        while True:
            await asyncio.sleep(self._chance.uniform(*PAUSE_S))
            what, kind = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            self.befallen[f"{what} {kind}"] += 1
            async with self._noted(what):
                await self._trouble(what, kind)

    async def _trouble(self, what: str, kind: str) -> None:
        proxy = self._around.proxies[what]
        if kind == "killed":
            await self._kill(what)
        elif kind == "reset":
            proxy.reset()
        else:
            proxy.faults = self._faults(kind)
            try:
                await asyncio.sleep(self._chance.uniform(*DURATION_S))
            finally:
                proxy.faults = NONE

    def _faults(self, kind: str) -> Faults:
        makers: dict[str, Callable[[], Faults]] = {
            "slow": lambda: Faults(latency_s=self._chance.uniform(*LATENCY_S)),
            "silent": lambda: Faults(is_silent=True),
            "cut": lambda: Faults(cut_after_bytes=self._chance.randrange(CUT_BYTES_MAX)),
            "refusing": lambda: Faults(is_refusing=True),
            "closing slowly": lambda: Faults(close_delay_s=CLOSE_DELAY_S),
        }
        return makers[kind]()

    async def _kill(self, what: str) -> None:
        """Kill a server with signal 9 and start it again after a while."""
        servers = self._around.servers
        server = servers.postgres if what == "database" else servers.valkey
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        try:
            await asyncio.sleep(self._chance.uniform(*DOWN_S))
        finally:
            # Only the main thread may start it; the proxies stand still meanwhile.
            while server.is_working():
                time.sleep(0.01)  # noqa: ASYNC251  a moment, until it is gone
            servers.revive()

    @asynccontextmanager
    async def _noted(self, what: str) -> AsyncIterator[None]:
        began_s = time.monotonic()
        try:
            yield
        finally:
            self._history.outages.append(Outage(what, began_s, time.monotonic()))
