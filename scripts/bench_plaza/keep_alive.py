"""HTTP/1.1 over one open connection: what is timed is the server, not a client library."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import msgspec

HEADERS_BYTES_MAX = 65_536

T = TypeVar("T")


class UnexpectedAnswer(Exception):  # noqa: N818  the sentence is shown to whoever runs the bench
    """An answer other than the one that the measurement needs."""


class ConnectionLost(UnexpectedAnswer):
    """The server went away before it had answered; what became of the request is not known."""


class Answer(NamedTuple):
    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  the classes of HTTP

    @property
    def told(self) -> str:
        """What it says, for people."""
        text = self.body.decode(errors="replace")
        return f"{self.request} answered {self.status}: {text}"

    def check(self) -> None:
        """Be sure of success.

        Raises:
            UnexpectedAnswer: it was none.
        """
        if not self.succeeded:
            raise UnexpectedAnswer(self.told)

    def document(self, kind: type[T]) -> T:
        """The body of a 2xx answer.

        Raises:
            UnexpectedAnswer: it is no 2xx.
        """
        self.check()
        return msgspec.json.decode(self.body, type=kind)


class Connection:
    """`async with Connection(port) as connection`, to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._port, limit=HEADERS_BYTES_MAX
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    def abort(self) -> None:
        """Hang up at once, whatever is still to come."""
        self._writer.transport.abort()

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, b"", headers)

    async def post(self, path: str, document: object, **headers: str) -> Answer:
        return await self.send("POST", path, msgspec.json.encode(document), headers)

    async def put(self, path: str, document: object, **headers: str) -> Answer:
        return await self.send("PUT", path, msgspec.json.encode(document), headers)

    async def patch(self, path: str, document: object, **headers: str) -> Answer:
        return await self.send("PATCH", path, msgspec.json.encode(document), headers)

    async def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request, with underscores of header names as hyphens.

        Raises:
            ConnectionLost: there is no answer.
        """
        if self._writer.is_closing():
            raise ConnectionLost(f"{method} {path}: the server had closed the connection.")
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self._writer.write("\r\n".join([*lines, "\r\n"]).encode() + body)
        return await self._answer(f"{method} {path}")

    async def _answer(self, request: str) -> Answer:
        try:
            return await self._read(request)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ConnectionLost(f"{request}: the server closed the connection.") from error

    async def _read(self, request: str) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.rstrip().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(request, int(status_line.split(" ", 2)[1]), headers, body)
