"""Further API processes beside those of a running plaza, on its servers and its goods."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from bench_plaza.child_process import answers, free_port, running, wait_until
from bench_plaza.plaza_process import Plaza
from bench_plaza.running_servers import servers_of
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import settings_from

START_TIMEOUT_S = 30
BARE_APP = "bench_plaza.bare_app:constant_bytes"
API_APP = "plaza.entrypoints.api:create_app"


class Api(msgspec.Struct, frozen=True):
    origin: str
    pid: int


@contextmanager
def running_api(plaza: Plaza, chosen: Mapping[str, str]) -> Iterator[Api]:
    """Start the API once more, with settings of its own."""
    addresses = servers_of(plaza.data_dir)
    settings = settings_from(
        {
            "PLAZA_PORT": str(free_port()),
            "PLAZA_DATA_DIR": str(plaza.data_dir),
            "PLAZA_DATABASE_URL": addresses.database_url,
            "PLAZA_REDIS_URL": addresses.redis_url,
            "PLAZA_BENCH": "1",
            **chosen,
        }
    )
    command = commands(settings)["api"]
    with _serving(command, environment(settings), settings.port, "/health/ready") as api:
        yield api


@contextmanager
def running_bare_app() -> Iterator[Api]:
    """The same server as plaza's, with nothing behind it but constant bytes."""
    settings = settings_from({"PLAZA_PORT": str(free_port())})
    api = commands(settings)["api"]
    command = [BARE_APP if word == API_APP else word for word in api if word != "--factory"]
    path = {"PYTHONPATH": str(Path(__file__).parents[1])}
    with _serving(command, path, settings.port, "/") as bare:
        yield bare


@contextmanager
def _serving(
    command: list[str], variables: Mapping[str, str], port: int, health: str
) -> Iterator[Api]:
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="plaza-bench-") as folder:
        log = Path(folder, "api.log")
        with running(command, environment=variables, log=log) as process:
            is_up = partial(answers, f"{origin}{health}")
            wait_until(is_up, f"{origin} answers", process, log=log, timeout_s=START_TIMEOUT_S)
            yield Api(origin, process.pid)
