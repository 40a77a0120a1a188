from pathlib import Path
from typing import IO

LOG_SIZE_BYTES_MAX = 10_000_000
TAIL_BYTES = 2_000


def opened_log(path: Path) -> IO[bytes]:
    """The log, opened for appending; a large one is put aside first."""
    if path.exists() and path.stat().st_size > LOG_SIZE_BYTES_MAX:
        path.replace(path.with_suffix(".log.old"))
    return path.open("ab")


def tail_of(path: Path) -> str:
    """The last lines of a log."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        return log.read().decode(errors="replace").strip()
