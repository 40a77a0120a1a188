"""Sequencers in processes of their own, ended by kill -9."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import msgspec

from soaking.sequencers import Sequencers, Ticked


class KilledSequencers:
    """Each writes what it placed to a file, a line a tick; a killed one is started again."""

    def __init__(self, database_url: str, folder: Path, seed: int, interval_s: float) -> None:
        self.kills = 0
        self._database_url = database_url
        self._folder = folder
        self._choice = Random(f"{seed}/killing")  # noqa: S311  no secret
        self._interval_s = interval_s
        self._processes: list[Process] = []
        self._sparing = interval_s == 0

    def spare(self) -> None:
        self._sparing = True

    def ticks(self) -> list[Ticked]:
        decoder = msgspec.json.Decoder(Ticked)
        return [
            tick
            for file in self._folder.glob("*.jsonl")
            for tick in decoder.decode_lines(file.read_bytes())
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Sequencers]:
        try:
            self._processes = [await self._started(number) for number in range(2)]
            # The soak begins with both of them at work; after a kill it waits for nobody.
            for process in self._processes:
                await _at_work(process)
            async with asyncio.TaskGroup() as tasks:
                killing = tasks.create_task(self._kill_for_ever())
                yield self
                killing.cancel()
        finally:
            for process in self._processes:
                await _kill(process)

    async def _started(self, number: int) -> Process:
        file = self._folder / f"sequencer-{number}.jsonl"
        command = (sys.executable, "-m", "soaking.one_sequencer", self._database_url, str(file))
        return await asyncio.create_subprocess_exec(*command, stdout=PIPE)

    async def _kill_for_ever(self) -> None:
        while not self._sparing:
            await asyncio.sleep(self._choice.uniform(0, 2 * self._interval_s))
            number = self._choice.randrange(2)
            await _kill(self._processes[number])
            self._processes[number] = await self._started(number)
            self.kills += 1


async def _at_work(process: Process) -> None:
    assert process.stdout is not None
    await process.stdout.readline()


async def _kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
