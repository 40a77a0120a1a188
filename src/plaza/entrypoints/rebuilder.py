"""Rebuilds in a process of its own, so that followers do not wait for each other's batches.

Started by the projector, as `python -m plaza.entrypoints.rebuilder`, whenever something is due.
"""

import asyncio
import os
import sys

from plaza.bootstrap import ASKED, PROJECTIONS, SNAPSHOTS
from plaza.entrypoints.logs import configure_logs
from plaza.operations.rebuilds import rebuilds
from plaza.settings import Settings, settings_from

NICENESS = 5
"""What is read now goes first."""


async def finish_rebuilds(settings: Settings) -> None:
    """Do what was asked for, or left undone by who was killed."""
    async with rebuilds(settings, ASKED, SNAPSHOTS) as work:
        await work.finish(PROJECTIONS)


async def finish_rebuilds_elsewhere(settings: Settings) -> None:
    """The same in another process, if there is anything to do; with this one it ends."""
    async with rebuilds(settings, ASKED) as work:
        if not await work.is_anything_due():
            return
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "plaza.entrypoints.rebuilder"
    )
    try:
        await child.wait()
    finally:
        if child.returncode is None:
            child.terminate()


if __name__ == "__main__":
    os.nice(NICENESS)
    SETTINGS = settings_from()
    configure_logs(SETTINGS)
    asyncio.run(finish_rebuilds(SETTINGS))
