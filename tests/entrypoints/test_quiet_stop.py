"""An ordinary stop of a projector or a worker is nothing to warn of."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from saq import Queue

from plaza.entrypoints.jobs import open_queue
from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings

STARTED_WITHIN_S = 60
STOPPED_WITHIN_S = 60
POLL_INTERVAL_S = 0.02


@asynccontextmanager
async def queue_of(settings: Settings, name: str) -> AsyncIterator[Queue]:
    queue = open_queue(settings, name)
    try:
        yield queue
    finally:
        await queue.disconnect()


async def until_another_is_at_work(queue: Queue, before: set[str]) -> None:
    async with asyncio.timeout(STARTED_WITHIN_S):
        while not (await queue.info())["workers"].keys() - before:  # noqa: ASYNC110  it only answers
            await asyncio.sleep(POLL_INTERVAL_S)


@pytest.mark.parametrize("name", ["projector", "worker"])
async def test_an_idle_process_told_to_stop_says_nothing(
    fresh_settings: Settings, name: str
) -> None:
    settings = msgspec.structs.replace(fresh_settings, log_level="warning")
    async with queue_of(settings, name) as queue:
        before = set((await queue.info())["workers"])
        process = await asyncio.create_subprocess_exec(
            *commands(settings)[name],
            env=environment(settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            await until_another_is_at_work(queue, before)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(STOPPED_WITHIN_S):
                written, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
    assert process.returncode == 0
    assert "grace period" not in written.decode()
