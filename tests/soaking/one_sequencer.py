"""A sequencer as a process: `python -m soaking.one_sequencer DATABASE_URL FILE`."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import msgspec

from soaking.sequencers import Ticked, sequence


async def main(database_url: str, file: Path) -> None:
    """Tick until killed, or until the server is gone."""
    connection = await asyncpg.connect(database_url)
    sys.stdout.write("at work\n")
    sys.stdout.flush()
    # Unbuffered: what was noted outlives a kill -9, and a line is one write.
    with file.open("ab", buffering=0) as lines:

        def note(tick: Ticked) -> None:
            lines.write(msgspec.json.encode(tick) + b"\n")

        await sequence(connection, note)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
