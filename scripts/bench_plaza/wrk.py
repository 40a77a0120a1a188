"""Load by wrk, where the machine has it: it costs the least of the cores it shares."""

import re
import subprocess

from bench_plaza.latency import Latency
from bench_plaza.read_load import LoadFailed, ReadLoad

MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
RATE = re.compile(r"^Requests/sec:\s+([\d.]+)", re.MULTILINE)
NOT_SUCCESSFUL = re.compile(r"^\s*Non-2xx or 3xx responses: (\d+)", re.MULTILINE)
# By its own measure of 2 s wrk counts answers of a busy machine as failed.
ANSWER_TIMEOUT_S = 20
SOCKET_ERRORS = re.compile(
    r"^\s*Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", re.MULTILINE
)


class Wrk:
    name = "wrk"

    def __init__(self, executable: str) -> None:
        self._executable = executable

    def load(self, url: str, *, connections: int, duration_s: int) -> ReadLoad:
        command = [
            *(self._executable, "--threads", "1", "--connections", str(connections)),
            *("--duration", f"{duration_s}s", "--latency", "--timeout", f"{ANSWER_TIMEOUT_S}s"),
        ]
        run = subprocess.run(  # noqa: S603  the machine's wrk
            [*command, url], capture_output=True, text=True, check=False
        )
        if run.returncode:
            raise LoadFailed(f"wrk could not load {url}: {run.stderr.strip()}")
        return parse(run.stdout, url)


def parse(output: str, url: str) -> ReadLoad:
    """Read what `wrk --latency` prints.

    Raises:
        LoadFailed: it tells of answers that were no success, or of none at all.
    """
    failed = sum(
        int(count)
        for pattern in (NOT_SUCCESSFUL, SOCKET_ERRORS)
        for match in pattern.finditer(output)
        for count in match.groups()
    )
    rate = RATE.search(output)
    if failed or rate is None or not float(rate[1]):
        raise LoadFailed(f"{url} failed {failed} times under wrk:\n{output}")
    return ReadLoad(
        requests_per_s=float(rate[1]),
        latency=Latency(p50_ms=_percentile_ms(output, 50), p99_ms=_percentile_ms(output, 99)),
    )


def _percentile_ms(output: str, percent: int) -> float:
    found = re.search(rf"^\s*{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", output, re.MULTILINE)
    if found is None:
        raise LoadFailed(f"wrk printed no latency of {percent} %:\n{output}")
    return float(found[1]) * MILLISECONDS[found[2]]
