"""Log-ins thrown at a server, in a process of their own: `python -m bench_plaza.log_in_flood`."""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

import msgspec

from bench_plaza.keep_alive import Connection

CONNECTIONS = 100
ACCOUNTS = 1000
SEED = 20261121


class Flood(msgspec.Struct, frozen=True):
    """What became of them."""

    per_s: float
    answers: dict[str, int]


async def flood(port: int, per_s: float, duration_s: float) -> Flood:
    """Try wrong passwords, of known and unknown people, at the pace; late ones are sent at once."""
    answers: Counter[str] = Counter()
    chance = random.Random(SEED)  # noqa: S311  repeatable, not secret
    began_s = time.perf_counter()
    deadline_s = began_s + duration_s
    due = _ticks(began_s, per_s)

    async def guess() -> None:
        async with Connection(port) as connection:
            # What a slow server has left undone when the time is over is not made up for.
            while (due_s := next(due)) < deadline_s and time.perf_counter() < deadline_s:
                await asyncio.sleep(max(due_s - time.perf_counter(), 0))
                email = f"nobody-{chance.randrange(ACCOUNTS)}@plaza.example"
                form = {"email": email, "password": f"guess {chance.random()}"}
                answers[str((await connection.post("/v1/sessions", form)).status)] += 1

    await asyncio.gather(*(guess() for _ in range(CONNECTIONS)))
    took_s = time.perf_counter() - began_s
    return Flood(answers.total() / took_s, dict(answers))


def _ticks(began_s: float, per_s: float) -> Iterator[float]:
    number = 0
    while True:
        yield began_s + number / per_s
        number += 1


if __name__ == "__main__":
    port, per_s, duration_s = sys.argv[1:]
    done = asyncio.run(flood(int(port), float(per_s), float(duration_s)))
    sys.stdout.buffer.write(msgspec.json.encode(done))
