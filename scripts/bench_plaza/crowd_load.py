"""Starts a crowd of readers, and learns what became of them."""

import asyncio
import sys

import msgspec

from bench_plaza.crowd import Crowd, Served
from bench_plaza.process_family import largest_mb
from bench_plaza.read_load import LoadFailed

LOOK_INTERVAL_S = 0.25


async def served(crowd: Crowd) -> Served:
    """Let a crowd read.

    Raises:
        LoadFailed: its process did not come to an end of it.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench_plaza.crowd"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, wrong = await process.communicate(msgspec.json.encode(crowd))
    if process.returncode:
        raise LoadFailed(f"The crowd of readers broke down:\n{wrong.decode(errors='replace')}")
    return msgspec.json.decode(told, type=Served)


async def served_and_held(crowd: Crowd, server_pid: int) -> tuple[Served, float]:
    """Let a crowd read; and the most megabytes that a process of the server held meanwhile."""
    reading = asyncio.create_task(served(crowd))
    held_mb = largest_mb(server_pid)
    while not reading.done():
        await asyncio.wait([reading], timeout=LOOK_INTERVAL_S)
        held_mb = max(held_mb, largest_mb(server_pid))
    return await reading, held_mb
