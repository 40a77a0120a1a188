import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest


def _processes_on(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(folder) in w for w in words):
            found.append(process)
    return found


def _eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10.0
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="session")
def processes_on() -> Callable[[Path], list[psutil.Process]]:
    """Every process that was started with something of the folder as an argument."""
    return _processes_on


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something becomes true within ten seconds."""
    return _eventually
