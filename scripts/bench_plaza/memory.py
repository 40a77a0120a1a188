"""What the processes of a running plaza hold."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import psutil

MEGABYTE = 1_000_000
API = "API"
# A process belongs to the role that its own command, or else its parent's, names.
ROLES = {
    "granian": API,
    "plaza.entrypoints.projector.settings": "projector",
    "plaza.entrypoints.worker.settings": "worker",
    "postgres": "PostgreSQL",
    "valkey-server": "Valkey",
}


class Memory(msgspec.Struct, frozen=True):
    processes: int
    largest_mb: float
    """Resident set of the largest process of this role."""
    total_mb: float
    """Of all of them, with shared pages counted once where the system tells (Linux)."""


class _Held(msgspec.Struct, frozen=True):
    role: str
    resident_bytes: int
    proportional_bytes: int


def memory_by_role(pid: int) -> dict[str, Memory]:
    """The memory of a process and its descendants, by what they are."""
    root = psutil.Process(pid)
    groups: dict[str, list[_Held]] = {}
    for process in (root, *root.children(recursive=True)):
        try:
            held = _held(process, root)
        except psutil.NoSuchProcess:
            continue  # A database connection may close between the listing and the look.
        groups.setdefault(held.role, []).append(held)
    return {role: _memory(held) for role, held in groups.items()}


def largest(samples: Iterable[Mapping[str, Memory]]) -> dict[str, Memory]:
    """For each role, the sample in which its largest process held most."""
    kept: dict[str, Memory] = {}
    for sample in samples:
        for role, memory in sample.items():
            kept[role] = max(kept.get(role, memory), memory, key=lambda held: held.largest_mb)
    return kept


def _held(process: psutil.Process, root: psutil.Process) -> _Held:
    full = process.memory_full_info()
    return _Held(
        role=_role(process, root),
        resident_bytes=full.rss,
        proportional_bytes=getattr(full, "pss", full.rss),
    )


def _role(process: psutil.Process, root: psutil.Process) -> str:
    current: psutil.Process | None = process
    while current is not None and current.pid != root.pid:
        words = {current.name(), *(Path(word).name for word in current.cmdline())}
        for sign, role in ROLES.items():
            if sign in words:
                return role
        current = current.parent()
    return "plaza up"


def _memory(group: list[_Held]) -> Memory:
    return Memory(
        processes=len(group),
        largest_mb=max(held.resident_bytes for held in group) / MEGABYTE,
        total_mb=sum(held.proportional_bytes for held in group) / MEGABYTE,
    )
