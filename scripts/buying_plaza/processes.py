"""The processes that a `plaza up` has started, by what they are, and the time that they take."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import psutil

# Signs in a process's own command line, or else in that of its parent.
SIGNS = {
    "plaza.entrypoints.api:create_app": "API",
    "plaza.entrypoints.sandbox.server:create_sandbox": "sandbox",
    "plaza.entrypoints.projector.settings": "projector",
    "plaza.entrypoints.worker.settings": "worker",
    "postgres": "PostgreSQL",
    "valkey-server": "Valkey",
}
API_WORKER = "API worker"
CLIENT = "client"


def by_role(plaza_pid: int) -> Iterator[tuple[str, psutil.Process]]:
    root = psutil.Process(plaza_pid)
    children = {process.pid: process for process in root.children(recursive=True)}
    for process in children.values():
        try:
            role = _role(process, children)
        except psutil.NoSuchProcess:
            # It ended between being listed and being looked at.
            continue
        if role is not None:
            yield role, process


def cpu_s_by_role(plaza_pid: int) -> dict[str, float]:
    """Processor seconds that each role has used so far, and this process too."""
    used: dict[str, float] = defaultdict(float)
    for role, process in [*by_role(plaza_pid), (CLIENT, psutil.Process())]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used[role] += times.user + times.system
    return used


def _role(process: psutil.Process, family: Mapping[int, psutil.Process]) -> str | None:
    own, parent = _sign(process), family.get(process.ppid())
    above = None if parent is None else _sign(parent)
    if above == "API":
        return API_WORKER
    return own or above


def _sign(process: psutil.Process) -> str | None:
    words = {process.name(), *process.cmdline()}
    return next((role for sign, role in SIGNS.items() if sign in words), None)
