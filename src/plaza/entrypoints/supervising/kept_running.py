import asyncio
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from plaza.embedded.child import Child
from plaza.entrypoints.supervising.lines import Lines

DELAY_S_MIN = 0.5
DELAY_S_MAX = 10.0
HEALTHY_AFTER_S = 30.0
POLL_INTERVAL_S = 0.1
LAST_LINES_S = 1.0
"""What a process said last is why it ended: its pipe is read to the end."""


class KeptRunning:
    """One process of plaza that is started again whenever it ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        say: Callable[[str, str], None],
    ) -> None:
        self.name = name
        self.ended_count = 0
        self._command = command
        self._environment = environment
        self._say = say
        self._child: Child | None = None
        self._lines: Lines | None = None
        self._restart = asyncio.Event()

    async def keep_running(self) -> None:
        """Start it again and again, waiting longer while it does not stay."""
        delay_s = DELAY_S_MIN
        while True:
            started = time.monotonic()
            code = await self._run_once()
            if not self._restart.is_set():
                self.ended_count += 1
                if time.monotonic() - started > HEALTHY_AFTER_S:
                    delay_s = DELAY_S_MIN
                self._say(self.name, f"{_ending(code)}; it is started again in {delay_s:g} s.")
                await self._wait(delay_s)
                delay_s = min(2 * delay_s, DELAY_S_MAX)
            self._restart.clear()

    def ask_to_stop(self) -> None:
        if self._child is not None and self._child.exit_code() is None:
            self._child.send(signal.SIGTERM)

    async def restart(self, patience_s: float) -> None:
        """Stop it, so that `keep_running` starts it again at once."""
        self._restart.set()
        self.ask_to_stop()
        await self.stopped_within(patience_s)

    async def stopped_within(self, patience_s: float) -> None:
        """Wait for its end, and end it (with all that it started) when it takes too long."""
        child, lines = self._child, self._lines
        if child is None or lines is None:
            return
        deadline = time.monotonic() + patience_s
        while child.exit_code() is None and time.monotonic() < deadline:  # noqa: ASYNC110  no event
            await asyncio.sleep(POLL_INTERVAL_S / 5)
        child.kill()
        await lines.ended_within(LAST_LINES_S)

    async def _run_once(self) -> int:
        child = Child(
            self._command,
            # Not SIGKILL: granian must have the time to stop its own workers.
            on_starter_death=signal.SIGTERM,
            output=subprocess.PIPE,
            environment=self._environment,
        )
        lines = Lines(lambda line: self._say(self.name, line))
        self._child, self._lines = child, lines
        await asyncio.get_running_loop().connect_read_pipe(lambda: lines, child.output)
        while (code := child.exit_code()) is None:  # noqa: ASYNC110  no event tells
            await asyncio.sleep(POLL_INTERVAL_S)
        # Workers of a granian that was killed would go on serving beside the next one.
        child.kill()
        await lines.ended_within(LAST_LINES_S)
        return code

    async def _wait(self, delay_s: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._restart.wait(), delay_s)


def _ending(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
