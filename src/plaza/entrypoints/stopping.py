"""Hearing at once that a process is told to stop, beside the server that handles that.

The server lets requests end and tells the application afterwards: too late for those who wait.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def told_of_stops(tell: Callable[[], Coroutine[None, None, None]]) -> Iterator[None]:
    """Do something on the running loop when SIGTERM or SIGINT comes, until left.

    Whoever handles these goes on doing so; where nobody does, they end the process at once.
    """
    loop = asyncio.get_running_loop()
    found = {}
    if threading.current_thread() is threading.main_thread():
        found = {kind: signal.getsignal(kind) for kind in (signal.SIGTERM, signal.SIGINT)}
    handled = {kind: handler for kind, handler in found.items() if callable(handler)}

    telling: set[asyncio.Task[None]] = set()

    def stop(number: int, frame: FrameType | None) -> None:
        handled[signal.Signals(number)](number, frame)
        loop.call_soon_threadsafe(lambda: telling.add(loop.create_task(tell())))

    _handle(dict.fromkeys(handled, stop))
    try:
        yield
    finally:
        _handle(handled)


def _handle(handlers: dict[signal.Signals, Callable[[int, FrameType | None], object]]) -> None:
    for kind, handler in handlers.items():
        signal.signal(kind, handler)
        # As event loops have it: what is under way in the system is not broken off.
        signal.siginterrupt(kind, False)  # noqa: FBT003  the name says it
