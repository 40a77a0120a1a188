"""A real API process that dies where a test says, and is started again."""

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from granian.cli import entrypoint

from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from writing.crashing_api import CRASH_FILE

FACTORY = "plaza.entrypoints.api:create_app"
RESPAWN = "--respawn-failed-workers"
STOP_TIMEOUT_S = 10


@contextmanager
def running(settings: Settings, crash_file: Path) -> Iterator[None]:
    """Run the process; each death is followed by another life at once."""
    _, *arguments = [part for part in commands(settings)["api"] if part != RESPAWN]
    arguments = [part.replace(FACTORY, "writing.crashing_api:create_app") for part in arguments]
    variables = environment(settings) | {CRASH_FILE: str(crash_file)}
    process = multiprocessing.get_context("spawn").Process(
        target=_live_again_and_again, args=(arguments, variables)
    )
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(timeout=STOP_TIMEOUT_S)
        assert not process.is_alive()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _live_again_and_again(arguments: list[str], variables: Mapping[str, str]) -> None:
    """Fork what serves: all is imported once, so that a new life begins in a moment."""
    os.environ.clear()
    os.environ.update(variables)
    # granian takes the method by which it was started itself for its worker.
    multiprocessing.set_start_method("fork", force=True)
    child = 0

    def stop(*_: int | FrameType | None) -> None:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        sys.exit()

    while True:
        child = os.fork()
        if not child:
            _live(arguments)
        signal.signal(signal.SIGTERM, stop)
        os.waitpid(child, 0)


def _live(arguments: list[str]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = ["granian", *arguments]
    # granian reports each death of its worker; only the tests' own words are for the reader.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    entrypoint()  # type: ignore[no-untyped-call]  # so granian has it
