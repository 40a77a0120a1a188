"""Load by locust, from the dev dependencies, where the machine has no wrk.

It is written in Python and shares the cores with what it measures: plaza's answers, which are the
fast ones, look slower under it than they are.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from bench_plaza.read_load import LoadFailed, ReadLoad

# Importing the shopper would import locust, which patches this process's sockets.
SHOPPER = Path(__file__).with_name("locust_shopper.py")
FIGURES_VARIABLE = "BENCH_FIGURES"
PATH_VARIABLE = "BENCH_PATH"


class Locust:
    name = "locust"

    def load(self, url: str, *, connections: int, duration_s: int) -> ReadLoad:
        address = urlsplit(url)
        with tempfile.TemporaryDirectory(prefix="plaza-bench-") as folder:
            figures = Path(folder, "figures.json")
            environment = os.environ | {
                FIGURES_VARIABLE: str(figures),
                PATH_VARIABLE: address._replace(scheme="", netloc="").geturl(),
            }
            command = [
                *(sys.executable, "-m", "locust", "--locustfile", str(SHOPPER)),
                *("--headless", "--only-summary", "--host", f"{address.scheme}://{address.netloc}"),
                *("--users", str(connections), "--spawn-rate", str(connections)),
                *("--run-time", f"{duration_s}s"),
            ]
            run = subprocess.run(  # noqa: S603  locust of this environment
                command, env=environment, capture_output=True, text=True, check=False
            )
            if run.returncode or not figures.exists():
                raise LoadFailed(f"{url} failed under locust:\n{run.stdout}{run.stderr}")
            return msgspec.json.decode(figures.read_bytes(), type=ReadLoad)
