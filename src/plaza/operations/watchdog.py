"""Notices that the event loop answers nobody, and says what it was doing."""

import asyncio
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Histogram

from plaza.kernel.cancelling import cancelled

BLOCKED_AFTER_S = 1.0
BEAT_INTERVAL_S = 0.2
REMEMBERED_S = 300.0
BLOCKS_MAX = 100
FRAMES_MAX = 30

BLOCKED_S = Histogram(
    "plaza_event_loop_blocked_seconds",
    "How long the event loop did nothing else, where that was over a second",
    buckets=(1, 2, 5, 10, 30),
)

log = structlog.get_logger()


class Watchdog:
    """Beats on the loop, and looks from a thread at whether it still beats.

    The thread tells the stack while the loop is blocked. Code that keeps Python's lock keeps the
    thread away too: such a block is noticed by the loop itself, once it goes on, without a stack.

    Attributes:
        beats: how often the loop has come by.
    """

    def __init__(self, process: str) -> None:
        self.beats = 0
        self._process = process
        self._beat_at = time.monotonic()
        self._loop_thread = threading.get_ident()
        self._told_beat_at = 0.0
        self._blocks: deque[tuple[float, float]] = deque(maxlen=BLOCKS_MAX)
        self._over = threading.Event()

    def blocked_ms(self) -> int:
        """The longest block that ended in the last five minutes; 0: there was none."""
        since = time.monotonic() - REMEMBERED_S
        return int(
            1000 * max((long_s for ended, long_s in self._blocks if ended > since), default=0)
        )

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the loop that this is entered on, until it is left."""
        self._beat_at, self._loop_thread = time.monotonic(), threading.get_ident()
        beating = asyncio.create_task(self._beat())
        thread = threading.Thread(target=self._look, name="plaza-watchdog", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            await cancelled(beating)
            await asyncio.to_thread(thread.join)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_INTERVAL_S)
            now = time.monotonic()
            blocked_s = now - self._beat_at - BEAT_INTERVAL_S
            self._beat_at, self.beats = now, self.beats + 1
            if blocked_s >= BLOCKED_AFTER_S:
                self._note(now, blocked_s)

    def _note(self, now: float, blocked_s: float) -> None:
        self._blocks.append((now, blocked_s))
        BLOCKED_S.observe(blocked_s)
        log.warning(
            "event_loop_was_blocked", process=self._process, blocked_ms=int(blocked_s * 1000)
        )

    def _look(self) -> None:
        while not self._over.wait(BEAT_INTERVAL_S):
            beat_at = self._beat_at
            silent_s = time.monotonic() - beat_at - BEAT_INTERVAL_S
            if silent_s >= BLOCKED_AFTER_S and beat_at != self._told_beat_at:
                self._told_beat_at = beat_at
                log.error("event_loop_blocked", process=self._process, stack=self._stack())

    def _stack(self) -> str:
        """What the loop's thread is doing, its innermost call last; code, and no values."""
        frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001  there is no other way
        return "".join(traceback.format_stack(frame)[-FRAMES_MAX:])
