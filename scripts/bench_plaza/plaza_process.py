"""A plaza of its own: `plaza up` with an empty data folder and a free port."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench_plaza.child_process import DidNotStart, answers, free_port, running, wait_until
from bench_plaza.progress import doing

START_TIMEOUT_S = 180
READY = "plaza is ready"
DEMO_LOADED = re.compile(r"Demo loaded: ([\d,]+) products in ([\d.]+) s")


class DemoLoad(msgspec.Struct, frozen=True):
    products: int
    products_per_s: float


class Plaza(msgspec.Struct, frozen=True):
    pid: int
    port: int
    data_dir: Path
    first_start_s: float
    """From `plaza up` in an empty folder to the first 200 of `/health/ready`."""
    demo: DemoLoad

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_plaza(settings: Mapping[str, str] | None = None) -> Iterator[Plaza]:
    """Start plaza, with further settings where some are given, and wait until it is ready."""
    with tempfile.TemporaryDirectory(prefix="plaza-bench-") as folder:
        # Started by root, PostgreSQL runs as somebody else, who must get to its data.
        Path(folder).chmod(0o755)
        port = free_port()
        environment = {
            "PLAZA_PORT": str(port),
            "PLAZA_DATA_DIR": str(Path(folder, "data")),
            "PLAZA_WORKERS": "1",
            "PLAZA_BENCH": "1",
            # Rich folds its lines at the width that it finds here.
            "COLUMNS": "200",
            **(settings or {}),
        }
        log = Path(folder, "plaza-up.log")
        started_s = time.perf_counter()
        with running(_command(), environment=environment, log=log) as process:
            yield _ready(process, port, log, started_s)


def _command() -> list[str]:
    return [str(Path(sys.prefix, "bin", "plaza")), "up"]


def _ready(process: subprocess.Popen[bytes], port: int, log: Path, started_s: float) -> Plaza:
    def is_ready() -> bool:
        # Asked before the demo is there, the API would call an empty marketplace ready.
        return READY in log.read_text(errors="replace") and answers(url)

    url = f"http://127.0.0.1:{port}/health/ready"
    with doing("Starting plaza on an empty folder"):
        wait_until(is_ready, "plaza is ready", process, log=log, timeout_s=START_TIMEOUT_S)
    return Plaza(
        pid=process.pid,
        port=port,
        data_dir=log.parent / "data",
        first_start_s=time.perf_counter() - started_s,
        demo=_demo_load(log.read_text(errors="replace")),
    )


def _demo_load(output: str) -> DemoLoad:
    found = DEMO_LOADED.search(output)
    if found is None:
        raise DidNotStart(f"plaza up did not say how long the demo took to load:\n{output}")
    products = int(found[1].replace(",", ""))
    return DemoLoad(products=products, products_per_s=products / float(found[2]))
