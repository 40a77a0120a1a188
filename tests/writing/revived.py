"""A real API process that dies where a test says, and is started again."""

import multiprocessing
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from granian.cli import entrypoint

from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from writing.crashing_api import CRASH_FILE

FACTORY = "plaza.entrypoints.api:create_app"
RESPAWN = "--respawn-failed-workers"

# What serves is a fork of a process that has imported everything: it is back in a moment.
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["writing.crashing_api", __name__])


class Revived:
    """The process, started again after each death."""

    def __init__(self, settings: Settings, crash_file: Path) -> None:
        _, *arguments = [part for part in commands(settings)["api"] if part != RESPAWN]
        self._arguments = [
            part.replace(FACTORY, "writing.crashing_api:create_app") for part in arguments
        ]
        self._environment = environment(settings) | {CRASH_FILE: str(crash_file)}
        self._process = self._started()

    def revive(self) -> None:
        if not self._process.is_alive():
            self._process = self._started()

    def end(self) -> None:
        self._process.terminate()
        self._process.join(timeout=10)
        assert not self._process.is_alive()

    def _started(self) -> multiprocessing.process.BaseProcess:
        process = FORKING.Process(target=_serve, args=(self._arguments, self._environment))
        process.start()
        return process


def _serve(arguments: list[str], environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["granian", *arguments]
    # granian reports each death of its worker; only the tests' own words are for the reader.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    entrypoint()


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
