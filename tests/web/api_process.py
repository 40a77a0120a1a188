"""An API process of its own, as it is started in production, and its raw socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import psutil

from plaza.entrypoints.supervising.processes import commands, environment
from plaza.settings import Settings
from web.skewed_api import SKEW_FILE

FACTORY = "plaza.entrypoints.api:create_app"
READY_TIMEOUT_S = 60.0


@dataclass
class ApiProcess:
    """A running process; what it writes is in `output` once it has ended."""

    port: int
    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    output: list[str]

    async def connect(self, received_bytes: int | None = None) -> "Connection":
        """A new connection, whose kernel may be told to keep little for the reader."""
        opened = socket.socket()
        opened.setblocking(False)  # noqa: FBT003  the name says it
        if received_bytes is not None:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, received_bytes)
        await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", self.port))
        return Connection(*await asyncio.open_connection(sock=opened))

    def memory_bytes(self) -> int:
        """Resident memory of granian and its worker."""
        granian = psutil.Process(self.process.pid)
        family = [granian, *granian.children(recursive=True)]
        return sum(process.memory_info().rss for process in family)


@dataclass
class Connection:
    """A client that speaks as it likes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, said: bytes) -> None:
        """Send; the other end may have closed already."""
        with suppress(ConnectionError):
            self.writer.write(said)
            await self.writer.drain()

    async def heard(self, timeout_s: float = 15) -> bytes:
        """All that is answered until the other end closes."""
        heard = b""
        async with asyncio.timeout(timeout_s):
            with suppress(ConnectionError):
                while piece := await self.reader.read(65_536):
                    heard += piece
        return heard

    def close(self) -> None:
        self.writer.close()


@asynccontextmanager
async def api_process(
    settings: Settings, output: list[str] | None = None, skew_file: Path | None = None
) -> AsyncIterator[ApiProcess]:
    """Start one on a free port, and end it.

    Args:
        settings: what it shall serve.
        output: takes its lines once it has ended.
        skew_file: by how many seconds its host's clock is wrong, read anew at each look.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    served = msgspec.structs.replace(settings, log_level="debug", port=port)
    command, surrounding = commands(served)["api"], environment(served)
    if skew_file is not None:
        command = [part.replace(FACTORY, "skewed_api:create_app") for part in command]
        surrounding |= {"PYTHONPATH": str(Path(__file__).parent), SKEW_FILE: str(skew_file)}
    process = await asyncio.create_subprocess_exec(
        *command,
        env=surrounding,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    lines = [] if output is None else output
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _until_it_answers(client)
            yield ApiProcess(port, process, client, lines)
    finally:
        if process.returncode is None:
            process.terminate()
        written, _ = await process.communicate()
        lines += written.decode().splitlines()


async def _until_it_answers(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(READY_TIMEOUT_S):
        while True:
            try:
                assert (await client.get("/health/live")).status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
