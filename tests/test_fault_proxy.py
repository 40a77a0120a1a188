"""What the fault proxy says that it does to connections, it does."""

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fault_proxy import HOST, NONE, FaultProxy, Faults, fault_proxy
from patience import CLOCK_TICK_S

PATIENCE_S = 5.0
SILENCE_S = 0.1


async def echo(reader: StreamReader, writer: StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)
        await writer.drain()
    writer.close()


@pytest_asyncio.fixture(loop_scope="session")
async def proxy() -> AsyncIterator[FaultProxy]:
    """In front of a server that sends back what it gets."""
    server = await asyncio.start_server(echo, HOST, 0)
    async with server, fault_proxy(server.sockets[0].getsockname()[1]) as opened:
        yield opened


class Client:
    """One connection through the proxy."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, text: bytes) -> bytes:
        """What comes back within the time."""
        self.writer.write(text)
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readexactly(len(text))

    async def hears_nothing(self) -> bool:
        try:
            async with asyncio.timeout(SILENCE_S):
                await self.reader.read(1)
        except TimeoutError:
            return True
        return False


@pytest_asyncio.fixture(loop_scope="session")
async def client(proxy: FaultProxy) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    yield Client(reader, writer)
    writer.close()


async def test_without_faults_bytes_arrive_as_they_are(client: Client) -> None:
    text = bytes(range(256)) * 4_000

    assert await client.say(text) == text


async def test_latency_holds_back_both_directions(proxy: FaultProxy, client: Client) -> None:
    await client.say(b"before")
    proxy.faults = Faults(latency_s=0.1)
    began = time.monotonic()

    assert await client.say(b"late") == b"late"
    assert time.monotonic() - began >= 0.2 - CLOCK_TICK_S


async def test_a_reset_ends_every_connection_and_new_ones_work(
    proxy: FaultProxy, client: Client
) -> None:
    await client.say(b"before")

    assert proxy.reset() == 1
    with pytest.raises(ConnectionResetError):
        await client.reader.read(1)
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    assert await Client(reader, writer).say(b"again") == b"again"
    writer.close()


async def test_a_half_open_connection_says_nothing_and_is_reset_when_the_peer_is_back(
    proxy: FaultProxy, client: Client
) -> None:
    await client.say(b"before")
    proxy.faults = Faults(is_silent=True)
    client.writer.write(b"lost")

    assert await client.hears_nothing()
    proxy.faults = NONE
    with pytest.raises(ConnectionResetError):
        await client.reader.read(1)


async def test_a_connection_on_which_nothing_was_lost_goes_on_after_the_silence(
    proxy: FaultProxy, client: Client
) -> None:
    await client.say(b"before")
    proxy.faults = Faults(is_silent=True)
    proxy.faults = NONE

    assert await client.say(b"after") == b"after"


async def test_nobody_hears_that_a_silent_peer_has_closed(
    proxy: FaultProxy, client: Client
) -> None:
    await client.say(b"before")
    proxy.faults = Faults(is_silent=True)
    client.writer.close()
    await asyncio.sleep(SILENCE_S)

    assert proxy.open_connections == 1


async def test_a_connection_is_cut_in_the_midst_of_an_answer(
    proxy: FaultProxy, client: Client
) -> None:
    await client.say(b"before")
    proxy.faults = Faults(cut_after_bytes=5)
    client.writer.write(b"123")
    assert await client.reader.readexactly(3) == b"123"
    client.writer.write(b"4567890")

    assert await client.reader.read() == b"45"


async def test_a_close_is_told_late(proxy: FaultProxy, client: Client) -> None:
    await client.say(b"before")
    proxy.faults = Faults(close_delay_s=0.2)
    began = time.monotonic()
    client.writer.write_eof()

    assert await client.reader.read() == b""
    assert time.monotonic() - began >= 0.2 - CLOCK_TICK_S


async def test_who_is_refused_hears_it_at_once(proxy: FaultProxy) -> None:
    proxy.faults = Faults(is_refusing=True)
    reader, writer = await asyncio.open_connection(HOST, proxy.port)

    with pytest.raises(ConnectionResetError):
        await reader.read(1)
    writer.close()
