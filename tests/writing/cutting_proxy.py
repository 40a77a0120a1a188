"""A proxy before PostgreSQL that cuts a connection at its COMMIT, before it or after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from plaza.settings import Settings

COMMIT = b"COMMIT;"
COMMANDS = b"plaza commands"
CHUNK_SIZE_BYTES = 65_536

Cut = Literal["before the server reads it", "after the server has done it"]


class CuttingProxy:
    """Passes everything on until a cut is armed, and then cuts the next COMMIT once."""

    def __init__(self, socket_file: str) -> None:
        self._socket_file = socket_file
        self.cut: Cut | None = None

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket_file)
        muted = asyncio.Event()
        answers = asyncio.create_task(self._answers(server_reader, writer, muted))
        runs_commands = False
        try:
            while chunk := await reader.read(CHUNK_SIZE_BYTES):
                # Each connection says at first what it is for; reads commit too.
                runs_commands = runs_commands or COMMANDS in chunk
                if runs_commands and COMMIT in chunk and self.cut is not None:
                    await self._cut(chunk, server_writer, muted)
                    break
                server_writer.write(chunk)
        finally:
            # The client hears nothing before the server has ended the session.
            server_writer.write_eof()
            await answers
            server_writer.close()

    async def _cut(
        self, chunk: bytes, server_writer: asyncio.StreamWriter, muted: asyncio.Event
    ) -> None:
        cut, self.cut = self.cut, None
        muted.set()
        if cut == "after the server has done it":
            # Terminate ('X') is read after the COMMIT is done; then the server closes.
            server_writer.write(chunk + b"X\x00\x00\x00\x04")
            await server_writer.drain()

    async def _answers(
        self,
        server_reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        muted: asyncio.Event,
    ) -> None:
        while chunk := await server_reader.read(CHUNK_SIZE_BYTES):
            if not muted.is_set():
                writer.write(chunk)
        writer.transport.abort()


@asynccontextmanager
async def cutting_proxy(settings: Settings) -> AsyncIterator[tuple[CuttingProxy, Settings]]:
    """The proxy, and settings that lead through it."""
    assert settings.database_url is not None
    folder = parse_qs(urlsplit(settings.database_url).query)["host"][0]
    proxy = CuttingProxy(f"{folder}/.s.PGSQL.5432")
    server = await asyncio.start_server(proxy.connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    database = urlsplit(settings.database_url).path
    url = f"postgresql://plaza_owner@127.0.0.1:{port}{database}"
    async with server:
        yield proxy, msgspec.structs.replace(settings, database_url=url)
