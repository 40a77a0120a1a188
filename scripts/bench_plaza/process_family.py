"""What a server with all its processes takes."""

import psutil

from bench_plaza.memory import MEGABYTE


def cpu_s(pid: int) -> float:
    """Processor time that it has used so far."""
    times = [process.cpu_times() for process in _family(pid)]
    return sum(used.user + used.system for used in times)


def largest_mb(pid: int) -> float:
    """Resident set of the largest of its processes."""
    return max(process.memory_info().rss for process in _family(pid)) / MEGABYTE


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]
