"""Stands between a server of this machine and its clients, and does what networks do.

`async with fault_proxy(target) as proxy` listens on `proxy.port`; what `proxy.faults` says holds
from the next piece of bytes on, for open connections too.
"""

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

HOST = "127.0.0.1"
PIECE_BYTES = 65_536
NO_LINGERING = struct.pack("ii", 1, 0)
"""Closing tells the other side at once, by a reset, and drops what was not sent."""

Target = Path | int
"""A Unix socket, or a port of this machine."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to all connections; without arguments nothing does."""

    latency_s: float = 0.0
    """Each piece arrives so much later, in both directions."""
    is_silent: bool = False
    """Half-open: nothing arrives any more, nor is anybody told that the other side has closed."""
    cut_after_bytes: int | None = None
    """A connection ends when so many more bytes have come to its client, be it within a piece."""
    close_delay_s: float = 0.0
    """When one side closes, the other hears of it so much later."""
    is_refusing: bool = False
    """New connections are reset."""


NONE = Faults()


class FaultProxy:
    """The listening side.

    Attributes:
        accepted: how many connections came.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._faults = NONE
        self._links: set[Link] = set()
        self._server: asyncio.Server | None = None
        self.accepted = 0

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def faults(self) -> Faults:
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        """Suffer these from now on; a peer that was silent and is back knows of no connection."""
        was_silent, self._faults = self._faults.is_silent, faults
        for link in list(self._links):
            link.passed_bytes = 0
            if was_silent and not faults.is_silent and link.has_lost:
                link.reset()

    @property
    def open_connections(self) -> int:
        return len(self._links)

    def reset(self) -> int:
        """Reset all connections; how many those were."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, HOST, 0)

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        tasks = [link.task for link in self._links]
        self.reset()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def reach(self) -> tuple[StreamReader, StreamWriter]:
        """A connection to the server itself."""
        if isinstance(self._target, Path):
            return await asyncio.open_unix_connection(self._target)
        return await asyncio.open_connection(HOST, self._target)

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.accepted += 1
        link = Link(self, reader, writer)
        self._links.add(link)
        try:
            # What breaks on one side is told to the other, which is all that a network does.
            with suppress(OSError, asyncio.CancelledError):
                await link.carry()
        finally:
            self._links.discard(link)


class Link:
    """One client's connection and the one to the server that belongs to it.

    Attributes:
        passed_bytes: what has come to the client since the present faults began.
        has_lost: whether something was swallowed, so that it can never go on.
    """

    def __init__(self, proxy: FaultProxy, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task = task
        self.passed_bytes = 0
        self.has_lost = False
        self._proxy = proxy
        self._reader = reader
        self._writers = [writer]

    async def carry(self) -> None:
        """Carry bytes in both directions until a side ends."""
        if self._proxy.faults.is_refusing:
            self._abort()
            return
        try:
            if self._proxy.faults.is_silent:
                await self._stay_silent()
            reader, writer = await self._proxy.reach()
            self._writers.append(writer)
            directions = (
                asyncio.create_task(self._pump(self._reader, writer, is_answer=False)),
                asyncio.create_task(self._pump(reader, self._writers[0], is_answer=True)),
            )
            try:
                await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for direction in directions:
                    direction.cancel()
                await asyncio.gather(*directions, return_exceptions=True)
        finally:
            for each in self._writers:
                each.close()

    def reset(self) -> None:
        """End it so that both sides notice at once."""
        self._abort()
        self.task.cancel()

    def _abort(self) -> None:
        for writer in self._writers:
            connection: socket.socket = writer.get_extra_info("socket")
            if connection.family != socket.AF_UNIX and connection.fileno() >= 0:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
            writer.transport.abort()

    async def _pump(self, source: StreamReader, sink: StreamWriter, *, is_answer: bool) -> None:
        while piece := await source.read(PIECE_BYTES):
            if self._proxy.faults.latency_s:
                await asyncio.sleep(self._proxy.faults.latency_s)
            if self._proxy.faults.is_silent:
                await self._stay_silent()
            left = self._left_to_pass() if is_answer else None
            sink.write(piece if left is None else piece[:left])
            await sink.drain()
            if is_answer:
                self.passed_bytes += len(piece)
            if left is not None and left <= len(piece):
                return
        if self._proxy.faults.is_silent:
            await self._stay_silent()
        await asyncio.sleep(self._proxy.faults.close_delay_s)

    def _left_to_pass(self) -> int | None:
        limit = self._proxy.faults.cut_after_bytes
        return None if limit is None else max(0, limit - self.passed_bytes)

    async def _stay_silent(self) -> None:
        """Until it is reset."""
        self.has_lost = True
        await asyncio.get_running_loop().create_future()


@asynccontextmanager
async def fault_proxy(target: Target) -> AsyncIterator[FaultProxy]:
    """Listen in front of the server."""
    proxy = FaultProxy(target)
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.close()
