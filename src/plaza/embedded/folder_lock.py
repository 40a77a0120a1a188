"""One plaza per data folder: a lock that the kernel releases however its holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plaza.embedded.refusal import CannotStart

LOCK_FILE = "lock"
PATIENCE_S = 0.5
"""`is_locked` holds the lock for an instant; an owner to be must not take that for a rival."""


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold the folder alone.

    Raises:
        CannotStart: another process holds it (the message names its id), or it cannot be written.
    """
    file = _opened(folder / LOCK_FILE)
    try:
        if not _acquired(file, PATIENCE_S):
            raise CannotStart(_held_message(folder, os.pread(file, 32, 0).decode().strip()))
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(file)


def is_locked(folder: Path) -> bool:
    """Whether a plaza works on the folder now."""
    if not (folder / LOCK_FILE).exists():
        return False
    file = _opened(folder / LOCK_FILE)
    try:
        return not _acquired(file, 0)
    finally:
        os.close(file)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        message = (
            f"The data folder {path.parent} cannot be written ({error.strerror}). "
            "Choose another: PLAZA_DATA_DIR."
        )
        raise CannotStart(message) from error


def _acquired(file: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _held_message(folder: Path, pid: str) -> str:
    return (
        f"The data folder {folder} is in use by the plaza with process id {pid or 'unknown'}. "
        "Stop that one, or start this one with another folder and port: "
        "PLAZA_DATA_DIR=.plaza-2 PLAZA_PORT=8001."
    )
