"""Many readers at a steady pace, in a process of their own: `python -m bench_plaza.crowd`.

It takes a `Crowd` on stdin, and gives a `Served` on stdout.
"""

import asyncio
import re
import sys
import time
from collections import deque
from itertools import cycle
from typing import cast

import msgspec
import uvloop

from bench_plaza.latency import Latency

HEADERS_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
OK = b"200"
TICK_S = 0.001
TURNS_WITHOUT_REST = 20
OPENED_AT_ONCE = 50
LAST_ANSWER_TIMEOUT_S = 10.0
FAILURES_SHOWN = 5
ACCEPT_ENCODING = "gzip, deflate, br, zstd"
"""As browsers send it."""


class Crowd(msgspec.Struct, frozen=True):
    """Who reads what: the paths are asked for in turn, again and again."""

    port: int
    connections: int
    per_s: float
    duration_s: float
    paths: list[str]

    @property
    def requests(self) -> int:
        return int(self.per_s * self.duration_s)


class Served(msgspec.Struct, frozen=True):
    """What became of it.

    Attributes:
        per_s: answers a second.
        latency: from when each request was due: one that waits for the one before it on its
            connection, or for this process, is not spared that.
        failures: requests with another answer than 200, or with none.
    """

    connections: int
    wanted_per_s: float
    per_s: float
    latency: Latency
    failures: int
    first_failures: list[str]


class Tally:
    """What became of all requests, and whether that is known."""

    def __init__(self, requests: int) -> None:
        self.times_ms: list[float] = []
        self.failures: list[str] = []
        self.is_complete = asyncio.Event()
        self._left = requests

    def answered(self, due_s: float, status: bytes) -> None:
        if status == OK:
            self.times_ms.append((time.perf_counter() - due_s) * 1000)
            self._count()
        else:
            self.failed(f"answered {status.decode('latin-1')}")

    def failed(self, reason: str) -> None:
        self.failures.append(reason)
        self._count()

    def _count(self) -> None:
        self._left -= 1
        if not self._left:
            self.is_complete.set()

    async def wait(self, timeout_s: float) -> None:
        """Wait for the last answers; what does not come has failed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self.is_complete.wait()
        except TimeoutError:
            self.failures.extend(["was never answered"] * self._left)


class Reader(asyncio.Protocol):
    """One connection, which asks for one thing after the other."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._buffer = bytearray()
        self._wanted: deque[tuple[float, bytes]] = deque()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is one by its methods only.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's own name
        self._transport = None
        for _ in self._wanted:
            self._tally.failed("lost its connection")
        self._wanted.clear()

    def ask(self, due_s: float, request: bytes) -> None:
        """Send it, after what was asked before it is answered."""
        if self._transport is None:
            self._tally.failed("had no connection")
            return
        self._wanted.append((due_s, request))
        if len(self._wanted) == 1:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take one answer; requests are not sent before the one that they wait for."""
        self._buffer += data
        end = self._buffer.find(HEADERS_END)
        if end < 0:
            return
        length = LENGTH.search(self._buffer, 0, end + 2)
        body_bytes = 0 if length is None else int(length[1])
        if len(self._buffer) < end + len(HEADERS_END) + body_bytes:
            return
        due_s, _ = self._wanted.popleft()
        self._tally.answered(due_s, bytes(self._buffer[9:12]))
        self._buffer.clear()
        if self._wanted and self._transport is not None:
            self._transport.write(self._wanted[0][1])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def serve(crowd: Crowd) -> Served:
    """Let the crowd read for as long as it wants to."""
    tally = Tally(crowd.requests)
    readers = await _readers(crowd, tally)
    began_s = time.perf_counter()
    await _pace(crowd, readers, began_s)
    await tally.wait(LAST_ANSWER_TIMEOUT_S)
    took_s = time.perf_counter() - began_s
    for reader in readers:
        reader.close()
    return Served(
        connections=crowd.connections,
        wanted_per_s=crowd.per_s,
        per_s=len(tally.times_ms) / took_s,
        latency=Latency.of(tally.times_ms or [took_s * 1000]),
        failures=len(tally.failures),
        first_failures=tally.failures[:FAILURES_SHOWN],
    )


async def _readers(crowd: Crowd, tally: Tally) -> list[Reader]:
    loop, readers = asyncio.get_running_loop(), list[Reader]()
    while len(readers) < crowd.connections:
        few = min(OPENED_AT_ONCE, crowd.connections - len(readers))
        opened = await asyncio.gather(
            *(
                loop.create_connection(lambda: Reader(tally), "127.0.0.1", crowd.port)
                for _ in range(few)
            )
        )
        readers += [reader for _, reader in opened]
    return readers


async def _pace(crowd: Crowd, readers: list[Reader], began_s: float) -> None:
    """Ask on one connection after the other whenever one more request is due."""
    turns = zip(cycle(readers), cycle([_request(crowd.port, p) for p in crowd.paths]), strict=False)
    for number in range(crowd.requests):
        due_s = began_s + number / crowd.per_s
        early_s = due_s - time.perf_counter()
        if early_s > 0:
            await asyncio.sleep(max(early_s, TICK_S))
        elif number % TURNS_WITHOUT_REST == 0:
            # Behind its time it must still take answers.
            await asyncio.sleep(0)
        reader, request = next(turns)
        reader.ask(due_s, request)


def _request(port: int, path: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    return "\r\n".join([*lines, f"Accept-Encoding: {ACCEPT_ENCODING}", "\r\n"]).encode()


if __name__ == "__main__":
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=Crowd)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(serve(wanted))))
