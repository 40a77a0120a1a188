import asyncio
from collections.abc import Callable

LINE_BYTES_MAX = 65_536


class Lines(asyncio.Protocol):
    """Hands on what a pipe brings, line by line."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._rest = b""
        self._ended = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_BYTES_MAX:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._take(line.decode(errors="replace"))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._rest:
            self._take(self._rest.decode(errors="replace"))
        self._ended.set()

    async def ended_within(self, timeout_s: float) -> None:
        """Read to the end, but no longer than this: somebody else may hold the pipe open."""
        try:
            await asyncio.wait_for(self._ended.wait(), timeout_s)
        except TimeoutError:
            assert self._transport is not None
            self._transport.close()
