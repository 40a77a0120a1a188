"""The server of `scripts/bench_baseline`, on a database beside plaza's in the same PostgreSQL."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import msgspec

from bench_plaza.child_process import answers, free_port, running, wait_until
from bench_plaza.goods import Goods
from bench_plaza.running_servers import servers_of
from plaza.embedded.postgres_data import SUPERUSER

SCRIPTS = Path(__file__).parents[1]
PYTHON = SCRIPTS.parent / ".venv-bench/bin/python"
DATABASE = "bench_baseline"
START_TIMEOUT_S = 30


class UsualWay(NamedTuple):
    origin: str
    pid: int


async def create_database(data_dir: Path, goods: Goods) -> str:
    """Create and fill the database in the PostgreSQL of a running plaza; answers its address."""
    (socket_dir,) = parse_qs(urlsplit(servers_of(data_dir).database_url).query)["host"]
    connection = await asyncpg.connect(host=socket_dir, user=SUPERUSER, database="postgres")
    try:
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    url = f"postgresql+asyncpg://{SUPERUSER}@/{DATABASE}?host={quote(socket_dir, safe='/')}"
    _fill(url, goods)
    return url


def _fill(database_url: str, goods: Goods) -> None:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(msgspec.json.encode(goods))
        file.flush()
        command = [str(PYTHON), "-m", "bench_baseline.fill", file.name]
        environment = os.environ | _environment(database_url)
        subprocess.run(command, env=environment, check=True)  # noqa: S603  our own module


@contextmanager
def running_usual_way(database_url: str) -> Iterator[UsualWay]:
    """Run it as one would in production, in one process like plaza's API."""
    port = free_port()
    command = [
        *(str(PYTHON), "-m", "uvicorn", "bench_baseline.app:app", "--port", str(port)),
        *("--workers", "1", "--loop", "uvloop", "--http", "httptools"),
        *("--no-access-log", "--log-level", "warning"),
    ]
    origin = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="plaza-bench-") as folder:
        log = Path(folder, "uvicorn.log")
        with running(command, environment=_environment(database_url), log=log) as process:
            is_up = partial(answers, f"{origin}/v1/products?limit=1")
            wait_until(is_up, "the usual way answers", process, log=log, timeout_s=START_TIMEOUT_S)
            yield UsualWay(origin, process.pid)


def _environment(database_url: str) -> Mapping[str, str]:
    return {"DATABASE_URL": database_url, "PYTHONPATH": str(SCRIPTS)}
