"""A real API process that dies where a test says, and is started again."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from writing.crashing_api import CRASH_FILE

FACTORY = "plaza.entrypoints.api:create_app"
RESPAWN = "--respawn-failed-workers"


class Revived:
    """The process, started again after each death."""

    def __init__(self, settings: Settings, crash_file: Path) -> None:
        command = [part for part in commands(settings)["api"] if part != RESPAWN]
        self._command = [part.replace(FACTORY, "crashing_api:create_app") for part in command]
        self._environment = environment(settings) | {
            "PYTHONPATH": str(Path(__file__).parent),
            CRASH_FILE: str(crash_file),
        }
        self._process = self._started()

    def revive(self) -> None:
        if self._process.poll() is not None:
            self._process = self._started()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    def _started(self) -> subprocess.Popen[bytes]:
        # granian reports each death of its worker; only the tests' own words are for the reader.
        return subprocess.Popen(self._command, env=self._environment, stderr=subprocess.DEVNULL)


@contextmanager
def running(settings: Settings, crash_file: Path) -> Iterator[Revived]:
    process = Revived(settings, crash_file)
    try:
        yield process
    finally:
        process.end()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
