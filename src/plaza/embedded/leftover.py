"""What a start does about the servers of a predecessor that was killed."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def end_leftover(pid_file: Path, folder: Path, *steps: tuple[signal.Signals, float]) -> None:
    """End the server that a killed predecessor left behind at work on `folder`."""
    pid = _pid_in(pid_file)
    if pid is None:
        return
    for number, patience_s in steps:
        _send_and_wait(number, pid, folder, patience_s)
    # PostgreSQL refuses to start while a process has this number, and that may now be a stranger,
    # or a dead one that nobody has collected.
    if _is_alive(pid) and not _works_on(pid, folder):
        pid_file.unlink(missing_ok=True)


def _send_and_wait(number: signal.Signals, pid: int, folder: Path, patience_s: float) -> None:
    if not _works_on(pid, folder):
        return
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    deadline = time.monotonic() + patience_s
    while _works_on(pid, folder) and time.monotonic() < deadline:
        time.sleep(0.01)


def _pid_in(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_on(pid: int, folder: Path) -> bool:
    """Whether the process was started with the folder as an argument, and still lives."""
    if Path("/proc/self/cmdline").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return str(folder).encode() in words
    listed = subprocess.run(  # noqa: S603  fixed program
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return f" {folder}" in listed.stdout
