"""A rebuild as a process: `python -m soaking.one_rebuild DATABASE_URL`."""

import asyncio
import os
import sys
import time
from pathlib import Path

import asyncpg
import msgspec

from plaza.bootstrap import PROJECTIONS
from plaza.entrypoints.rebuilder import NICENESS
from plaza.projecting.rebuilding import begin_rebuild, fill
from plaza.projecting.switching import switch

NAME = "product_listing"
FACTS = "SELECT sum(facts) FROM projecting.step WHERE projection = $1 AND build = $2"


class RebuiltBeside(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        filled_s: until the new build was near to where the live one is.
        whole_s: with its indexes, the comparison and the switch.
        process_mb: the most memory that the process had.
        growth_mb: as much of it came while it rebuilt.
        processor_s: what the process took of a processor.
    """

    facts: int
    filled_s: float
    whole_s: float
    rows: int
    differing: int
    process_mb: float
    growth_mb: float
    processor_s: float


async def main(database_url: str) -> RebuiltBeside:
    """Build the listing anew, and switch to it."""

    async def connect() -> asyncpg.Connection:
        role = {"role": "plaza_owner", "plaza.scope": "market", "jit": "off"}
        return await asyncpg.connect(database_url, server_settings=role)

    projection = next(each for each in PROJECTIONS if each.name == NAME)
    connection = await connect()
    before_mb, before_s, begun_at = _memory_mb(), time.process_time(), time.monotonic()
    facts = filled_s = 0.0

    def reached(position: int, _: int | None) -> None:
        nonlocal facts, filled_s
        facts, filled_s = position, time.monotonic() - begun_at

    build = await begin_rebuild(connection, projection, switches=True)
    found = await fill(connect, projection, build, reached)
    await switch(connection, projection, accept_differences=True)
    whole_s = time.monotonic() - begun_at
    await connection.close()
    return RebuiltBeside(
        facts=int(facts),
        filled_s=filled_s,
        whole_s=whole_s,
        rows=found.rows,
        differing=found.total,
        process_mb=_memory_mb(),
        growth_mb=_memory_mb() - before_mb,
        processor_s=time.process_time() - before_s,
    )


def _memory_mb() -> float:
    """The most that it had so far; what getrusage tells may be of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(main(sys.argv[1]))))
