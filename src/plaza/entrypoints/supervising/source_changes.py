import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

POLL_INTERVAL_S = 1.0
WATCHED = {".py", ".sql"}


async def source_changes(folder: Path) -> AsyncIterator[list[Path]]:
    """The files that changed, at most once a second, without end."""
    before = _times(folder)
    while True:
        await asyncio.sleep(POLL_INTERVAL_S)
        now = _times(folder)
        if now != before:
            yield sorted({path for path, _ in now.items() ^ before.items()})
            before = now


def _times(folder: Path) -> dict[Path, int]:
    # A file can go between being listed and being asked; the next look settles it.
    return {
        path: path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.suffix in WATCHED and path.is_file()
    }
