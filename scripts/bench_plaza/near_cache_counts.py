"""How often an API process had an answer in its memory, by its own counters."""

import re
from typing import NamedTuple, Self

from bench_plaza.keep_alive import Connection

COUNTED = re.compile(r'^plaza_near_cache_total\{result="(\w+)"\} (\S+)$', re.MULTILINE)
HIT = "hit"
ASKED = (HIT, "miss")


class NearCacheCounts(NamedTuple):
    hits: float
    asked: float

    @classmethod
    async def read(cls, port: int) -> Self:
        """Ask a plaza whose API is one process: each has counters of its own."""
        async with Connection(port) as connection:
            answer = await connection.get("/metrics")
        answer.check()
        counts = {result: float(count) for result, count in COUNTED.findall(answer.body.decode())}
        return cls(counts.get(HIT, 0.0), sum(counts.get(result, 0.0) for result in ASKED))

    def hit_rate_since(self, before: "NearCacheCounts") -> float:
        """The share of questions that memory answered; 0 where nobody asked it."""
        asked = self.asked - before.asked
        return (self.hits - before.hits) / asked if asked else 0.0
