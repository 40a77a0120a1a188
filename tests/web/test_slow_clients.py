"""Clients that are slow, do not read or leave, at a real API process."""

import asyncio
import time

import psutil
import pytest

from plaza.settings import Settings
from web.api_process import ApiProcess, api_process
from web.impatient_api import BODY_TIMEOUT_S, HEADER_TIMEOUT_S, HOST, MIB, POST

SLOW_CLIENTS = 200
LARGE_ANSWER = b"GET /bench/constant HTTP/1.1\r\n" + HOST + b"\r\n"
UNREAD_ANSWERS = 500
"""7 MB: more than the kernel keeps for a reader who does not read."""


async def others_are_answered(api: ApiProcess, until_s: float) -> list[float]:
    """How long others wait for an answer, one after another."""
    waits_s = []
    while time.monotonic() < until_s:
        begun = time.monotonic()
        assert (await api.client.get("/v1/products")).status_code == 200
        waits_s.append(time.monotonic() - begun)
    return waits_s


async def drip(api: ApiProcess, start: bytes, drop: bytes) -> tuple[float, bytes]:
    """Send a beginning and then a few bytes at a time; gives when the other end closed."""
    begun = time.monotonic()
    connection = await api.connect()
    hearing = asyncio.create_task(connection.heard())
    await connection.say(start)
    while not hearing.done():
        await connection.say(drop)
        await asyncio.wait([hearing], timeout=0.2)
    connection.close()
    return time.monotonic() - begun, await hearing


# fault 78
@pytest.mark.parametrize(
    ("start", "drop", "timeout_s", "answer"),
    [
        (b"GET / HTTP/1.1\r\n" + HOST, b"X-Drop: 1\r\n", HEADER_TIMEOUT_S, b""),
        (b"GET", b"", HEADER_TIMEOUT_S, b""),
        (b"", b"", HEADER_TIMEOUT_S, b""),
        (POST + b"Content-Length: 100000\r\n\r\n{", b" ", BODY_TIMEOUT_S, b"HTTP/1.1 408 "),
        (
            POST + b"Transfer-Encoding: chunked\r\n\r\n",
            b"1\r\n \r\n",
            BODY_TIMEOUT_S,
            b"HTTP/1.1 408 ",
        ),
    ],
    ids=["dripping headers", "half a word", "nothing", "dripping body", "dripping chunks"],
)
async def test_slow_clients_are_closed_at_the_deadline_while_others_are_answered(
    api: ApiProcess, start: bytes, drop: bytes, timeout_s: float, answer: bytes
) -> None:
    deadline = asyncio.create_task(others_are_answered(api, time.monotonic() + timeout_s))
    ended = await asyncio.gather(*(drip(api, start, drop) for _ in range(SLOW_CLIENTS)))
    waits_s = sorted(await deadline)

    closed_after_s = sorted(took_s for took_s, _ in ended)
    assert closed_after_s[0] > timeout_s - 1
    assert closed_after_s[-1] < timeout_s + 4
    assert all(heard.startswith(answer) for _, heard in ended)
    assert all(heard == answer == b"" or b"request_timeout" in heard for _, heard in ended)
    assert len(waits_s) > 3
    assert waits_s[len(waits_s) // 2] < 0.5


# fault 78
async def test_a_connection_that_asks_nothing_more_is_closed(api: ApiProcess) -> None:
    connection = await api.connect()
    begun = time.monotonic()
    await connection.say(b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (await connection.heard()).startswith(b"HTTP/1.1 200 ")
    assert HEADER_TIMEOUT_S - 0.5 < time.monotonic() - begun < HEADER_TIMEOUT_S + 3
    connection.close()


def open_connections(api: ApiProcess) -> int:
    """How many clients the process holds a connection of."""
    granian = psutil.Process(api.process.pid)
    family = [granian, *granian.children(recursive=True)]
    sockets = [one for process in family for one in process.net_connections(kind="tcp")]
    return sum(one.status == psutil.CONN_ESTABLISHED for one in sockets if one.laddr[1] == api.port)


# fault 78
async def test_clients_that_do_not_read_are_closed_while_others_are_answered(
    api: ApiProcess,
) -> None:
    connections = [await api.connect(received_bytes=4096) for _ in range(SLOW_CLIENTS)]
    before = api.memory_bytes()
    try:
        for connection in connections:
            connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
            connection.writer.write(LARGE_ANSWER * UNREAD_ANSWERS)
        assert open_connections(api) > SLOW_CLIENTS // 2
        waits_s: list[float] = []
        async with asyncio.timeout(60):
            while open_connections(api) > 2:
                waits_s += await others_are_answered(api, time.monotonic() + 0.5)
    finally:
        for connection in connections:
            connection.writer.transport.abort()
    assert api.memory_bytes() - before < 60 * MIB
    assert sorted(waits_s)[len(waits_s) // 2] < 0.5


async def test_a_client_that_leaves_before_its_body_is_no_failure(settings: Settings) -> None:
    written: list[str] = []
    async with api_process(settings, written) as api:
        connection = await api.connect()
        await connection.say(POST + b"Content-Length: 100\r\n\r\n{")
        connection.close()
        while open_connections(api) > 1:
            await api.client.get("/health")
    assert [line for line in written if "request_failed" in line or "Traceback" in line] == []
