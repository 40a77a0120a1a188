import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest

from plaza.entrypoints.supervising import kept_running
from plaza.entrypoints.supervising.kept_running import KeptRunning

Body = Callable[[KeptRunning, list[str]], Awaitable[None]]

SAYS_ITS_PID = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SAYS_ITS_PID
WITH_A_CHILD = (
    "import signal, subprocess, sys; "
    "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); "
    "print(child.pid, flush=True); signal.pause()"
)


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_running, "DELAY_S_MIN", 0.05)
    monkeypatch.setattr(kept_running, "LAST_LINES_S", 0.2)


def _with_process(program: str, body: Body) -> None:
    """Run the body beside a process that is kept running."""
    lines: list[str] = []

    async def scene() -> None:
        command = [sys.executable, "-c", program]
        process = KeptRunning("api", command, os.environ, lambda _, line: lines.append(line))
        keeping = asyncio.create_task(process.keep_running())
        try:
            await body(process, lines)
        finally:
            keeping.cancel()
            await process.stopped_within(0)

    asyncio.run(scene())


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _numbers(lines: list[str]) -> list[int]:
    return [int(line) for line in lines if line.isdecimal()]


def test_a_process_that_is_killed_is_started_again_with_a_line() -> None:
    async def body(process: KeptRunning, lines: list[str]) -> None:
        await _until(lambda: len(_numbers(lines)) == 1)
        os.kill(_numbers(lines)[0], signal.SIGKILL)
        await _until(lambda: len(_numbers(lines)) == 2)
        assert lines[1] == "ended by signal 9; it is started again in 0.05 s."
        assert process.ended_count == 1

    _with_process(SAYS_ITS_PID, body)


def test_a_process_that_does_not_stay_is_started_less_and_less_often() -> None:
    async def body(_process: KeptRunning, lines: list[str]) -> None:
        await _until(lambda: len(lines) >= 6)
        assert lines[:6:2] == ["why it fails"] * 3
        assert [line.split()[-2] for line in lines[1:6:2]] == ["0.05", "0.1", "0.2"]

    _with_process("import sys; sys.exit('why it fails')", body)


def test_what_a_killed_process_had_started_ends_too() -> None:
    async def body(process: KeptRunning, lines: list[str]) -> None:
        await _until(lambda: len(_numbers(lines)) == 1)
        child = psutil.Process(_numbers(lines)[0])
        parent = child.parent()
        assert parent is not None
        parent.kill()
        await _until(lambda: process.ended_count == 1)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

    _with_process(WITH_A_CHILD, body)


def test_a_process_that_ignores_the_signal_is_ended_all_the_same() -> None:
    async def body(process: KeptRunning, lines: list[str]) -> None:
        await _until(lambda: len(_numbers(lines)) == 1)
        started = time.monotonic()
        process.ask_to_stop()
        await process.stopped_within(0.3)
        assert time.monotonic() - started < 2
        assert not psutil.pid_exists(_numbers(lines)[0])

    _with_process(IGNORES_SIGTERM, body)


def test_a_restart_that_is_asked_for_is_no_failure() -> None:
    async def body(process: KeptRunning, lines: list[str]) -> None:
        await _until(lambda: len(_numbers(lines)) == 1)
        await process.restart(5)
        await _until(lambda: len(_numbers(lines)) == 2)
        assert process.ended_count == 0

    _with_process(SAYS_ITS_PID, body)


def test_a_line_without_an_end_is_shown_too() -> None:
    async def body(_process: KeptRunning, lines: list[str]) -> None:
        await _until(lambda: len(lines) >= 2)
        assert lines[:2] == ["x" * 70_000, "last words"]

    _with_process("import os; os.write(1, b'x' * 70_000 + b'\\nlast words')", body)
