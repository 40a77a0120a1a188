"""Processes that the bench starts, and that end with it whatever happens."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from bench_plaza.progress import console

STOP_TIMEOUT_S = 15
ORPHAN_TIMEOUT_S = 1
POLL_INTERVAL_S = 0.05
LOG_LINES_SHOWN = 30


class DidNotStart(Exception):  # noqa: N818  the sentence is shown to whoever runs the bench
    """A process ended, or took too long, before it answered."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process with its output in a file; it and all its children end with the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  the bench's own commands
            command,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the bench alone, which then stops what it started in good order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    family = _family(process.pid)
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _, left = psutil.wait_procs(family, timeout=ORPHAN_TIMEOUT_S)
    for orphan in left:
        console.print(f"{orphan} outlived its parent and was ended.", style="red")
        orphan.kill()


def _family(pid: int) -> set[psutil.Process]:
    """Its descendants, and what stayed in its session when it ended before them."""
    session = {process for process in psutil.process_iter() if _session(process.pid) == pid}
    if psutil.pid_exists(pid):
        session |= set(psutil.Process(pid).children(recursive=True))
    return {member for member in session if member.pid != pid}


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def wait_until(
    happened: Callable[[], bool],
    what: str,
    process: subprocess.Popen[bytes],
    *,
    log: Path,
    timeout_s: float,
) -> None:
    """Return as soon as it has happened.

    Raises:
        DidNotStart: the process ended, or the time is up.
    """
    deadline = time.monotonic() + timeout_s
    while not happened():
        if process.poll() is not None or time.monotonic() > deadline:
            last_lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
            raise DidNotStart("\n".join([f"Never happened: {what}. Output:", *last_lines]))
        time.sleep(POLL_INTERVAL_S)


def answers(url: str) -> bool:
    """Whether somebody answers there, and with success."""
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False
