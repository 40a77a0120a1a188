import asyncio
import signal
from collections.abc import Callable, Coroutine
from types import FrameType, TracebackType
from typing import Self

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Makes Ctrl-C, SIGTERM and a closed terminal end a block alike.

    The first signal ends it; later ones are ignored, so that cleaning up is never cut short.
    """

    def __init__(self) -> None:
        self._received = False
        self._before: dict[
            signal.Signals, signal.Handlers | Callable[..., object] | int | None
        ] = {}
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            # `nohup` and `&` in scripts have them ignored, and mean it.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        return kind is KeyboardInterrupt

    def run(self, work: Coroutine[object, object, None]) -> None:
        """Run it in an event loop until it ends or a signal cancels it."""
        asyncio.run(self._attached(work))

    async def _attached(self, work: Coroutine[object, object, None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(work)
        try:
            await self._task
        except asyncio.CancelledError:
            # Ours: nothing but a signal cancels it.
            return
        finally:
            self._loop = None

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        if self._received:
            return
        self._received = True
        if self._loop is None or self._task is None:
            raise KeyboardInterrupt
        self._loop.call_soon_threadsafe(self._task.cancel)
