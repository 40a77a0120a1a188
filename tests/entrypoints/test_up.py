"""`plaza up` as a person starts, kills and stops it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from plaza.embedded.servers import temporary_folder

PROGRAM = "from plaza.entrypoints.cli import main; main()"
READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class Up:
    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{port}"
        self.output = data_dir.parent / f"output-{time.monotonic_ns()}"
        others = {key: text for key, text in os.environ.items() if not key.startswith("PLAZA_")}
        self.environment = {
            **others,
            "PLAZA_PORT": str(port),
            "PLAZA_DATA_DIR": str(data_dir),
            "PLAZA_DEMO": "0",
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "up"],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def says(self, text: str, *, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait for a line that holds the text."""
        _eventually(lambda: self.has_said(text) or self.process.poll() is not None, timeout_s)
        assert self.has_said(text), self.output.read_text()

    def has_said(self, text: str) -> bool:
        return text in self.output.read_text()

    def child(self, word: str) -> psutil.Process:
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if any(word in part for part in child.cmdline()))

    def sandbox_url(self) -> str:
        """Where the sandbox was told to listen."""
        words = self.child("sandbox.server").cmdline()
        return f"http://{words[words.index('--host') + 1]}:{words[words.index('--port') + 1]}"

    def family(self) -> list[psutil.Process]:
        whole = psutil.Process(self.process.pid)
        return [whole, *whole.children(recursive=True)]


def _eventually(condition: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
        return number


@contextmanager
def _up(data_dir: Path, port: int) -> Iterator[Up]:
    up = Up(data_dir, port)
    try:
        up.says("Ctrl-C stops everything.")
        yield up
    finally:
        up.process.kill()
        up.process.wait()


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One that runs, for all that does not end it."""
    with temporary_folder() as folder, _up(folder / "data", _free_port()) as running:
        yield running


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder / "data"


def test_killed_it_starts_again_at_once_beside_another_and_stops_leaving_no_process(
    up: Up, data_dir: Path
) -> None:
    port = _free_port()
    with _up(data_dir, port) as killed:
        killed_family = killed.family()
        killed.process.kill()
        with _up(data_dir, port) as again:
            assert _is_ready(again.url)
            assert _is_ready(up.url)
            assert _alive(killed_family) == []

            family = again.family()
            assert len(family) >= 7
            again.process.send_signal(signal.SIGTERM)
            assert again.process.wait(STOP_TIMEOUT_S) == 0
            assert _alive(family) == []
            assert (data_dir / "sandbox.sqlite3").exists()


def test_it_says_where_what_was_charged_is_shown(up: Up) -> None:
    charges = f"{up.sandbox_url()}/charges"
    assert _eventually(lambda: _answers(charges), READY_TIMEOUT_S)
    assert charges in up.output.read_text()


def test_it_brings_back_what_is_killed(up: Up) -> None:
    words = ("projector.settings", "entrypoints.api", "sandbox.server")
    for process in [up.child(word) for word in words]:
        process.kill()
    up.says("projector │ ended by signal 9; it is started again")
    up.says("api │ ended by signal 9; it is started again")
    up.says("sandbox │ ended by signal 9; it is started again")
    assert _eventually(lambda: _is_ready(up.url), READY_TIMEOUT_S)
    charges = f"{up.sandbox_url()}/charges"
    assert _eventually(lambda: _answers(charges), READY_TIMEOUT_S)


def test_its_log_can_be_followed_from_another_terminal(up: Up) -> None:
    command = [sys.executable, "-c", PROGRAM, "events", "tail", "--from", "1", "--json"]
    with subprocess.Popen(command, env=up.environment, stdout=subprocess.PIPE) as tail:
        assert tail.stdout is not None
        fact = json.loads(tail.stdout.readline())
        tail.send_signal(signal.SIGINT)
    assert tail.returncode == 0
    assert (fact["position"], fact["type"]) == (1, "identity.account_registered.v1")


def _is_ready(url: str) -> bool:
    return _answers(f"{url}/health/ready")


def _answers(place: str) -> bool:
    try:
        return httpx.get(place).status_code == 200
    except httpx.TransportError:
        return False
