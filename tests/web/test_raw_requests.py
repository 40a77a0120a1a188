"""What a client can do with a socket and ill will, to a real API process."""

import asyncio
import gzip
import json
import time
from typing import Any

import pytest

from actors import PASSWORD
from web.api_process import ApiProcess, Connection
from web.impatient_api import BODY_TIMEOUT_S, HOST, MIB, POST
from web.refused import refused

JSON = {"content-type": "application/json"}


def told(answer: bytes) -> tuple[int, dict[str, str], Any]:
    """Status, headers and problem of a raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(status.split()[1]), headers, json.loads(body[: int(headers["content-length"])])


async def answer_to(api: ApiProcess, *said: bytes) -> tuple[int, dict[str, str], Any]:
    """What is answered before the connection is closed."""
    connection = await api.connect()
    for piece in said:
        await connection.say(piece)
    heard = await connection.heard()
    connection.close()
    return told(heard)


# fault 77
@pytest.mark.parametrize(
    "announced",
    [b"Content-Length: 41943041\r\n", b"Content-Length: 11534336\r\nExpect: 100-continue\r\n"],
)
async def test_a_body_that_announces_too_much_is_refused_unread(
    api: ApiProcess, announced: bytes
) -> None:
    begun = time.monotonic()
    status, headers, problem = await answer_to(api, POST + announced + b"\r\n")
    assert time.monotonic() - begun < BODY_TIMEOUT_S / 2
    assert (status, problem["code"]) == (413, "body_too_large")
    assert problem["detail"] == f"Send at most {10 * MIB} bytes."
    assert headers["connection"] == "close"


CHUNK = b"%x\r\n" % MIB + b" " * MIB + b"\r\n"


# fault 77
async def test_a_body_of_unknown_length_is_refused_as_soon_as_it_is_too_large(
    api: ApiProcess,
) -> None:
    begun = time.monotonic()
    start = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    status, headers, problem = await answer_to(api, start, CHUNK * 10, b"1\r\n \r\n")
    assert (status, problem["code"]) == (413, "body_too_large")
    assert headers["connection"] == "close"
    assert time.monotonic() - begun < BODY_TIMEOUT_S


async def flood(connection: Connection) -> int:
    """Send a body without end; gives how many pieces were taken before the other end closed."""
    await connection.say(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    closed = asyncio.create_task(connection.heard())
    sent = 0
    while not closed.done() and sent < 200:
        await connection.say(CHUNK)
        sent += 1
        await asyncio.sleep(0)
    # The answer may be lost: its sender had no time to wait for the rest.
    assert (await closed)[:13] in {b"", b"HTTP/1.1 413 "}
    connection.close()
    return sent


# fault 77
async def test_a_body_without_end_is_cut_off_and_memory_stays_flat(api: ApiProcess) -> None:
    before = api.memory_bytes()
    floods = asyncio.gather(*[flood(await api.connect()) for _ in range(8)])
    most = before
    while not floods.done():
        most = max(most, api.memory_bytes())
        await asyncio.wait([floods], timeout=0.05)
    # What was read before the refusal, and what the kernel's buffers took.
    assert max(await floods) < 40
    assert most - before < 8 * 3 * 10 * MIB


# fault 77
async def test_a_body_somewhat_too_large_is_heard_out_and_leaves_no_memory_behind(
    api: ApiProcess,
) -> None:
    async def refuse_many() -> None:
        for size in (10 * MIB + 1, 11_000_000, 20 * MIB) * 3:
            answer = await api.client.post("/v1/sessions", content=b" " * size, headers=JSON)
            refused(answer, 413, "body_too_large")

    await refuse_many()
    before = api.memory_bytes()
    await refuse_many()
    assert api.memory_bytes() - before < 30 * MIB


# fault 77
@pytest.mark.parametrize(
    "lie", [b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: -1\r\n"]
)
async def test_a_length_that_contradicts_itself_is_refused(api: ApiProcess, lie: bytes) -> None:
    connection = await api.connect()
    await connection.say(POST + lie + b"\r\n{}{}{}")
    assert (await connection.heard()).startswith(b"HTTP/1.1 400 ")
    connection.close()


# fault 77
async def test_what_follows_a_body_that_is_longer_than_announced_is_no_body(
    api: ApiProcess,
) -> None:
    log_in = json.dumps({"email": "nobody@plaza.example", "password": PASSWORD}).encode()
    length = b"Content-Length: %d\r\n\r\n" % len(log_in)
    status, _, problem = await answer_to(api, POST + length + log_in + b"GARBAGE " * 10)
    assert (status, problem["code"]) == (401, "wrong_credentials")


# fault 77
async def test_a_body_that_is_shorter_than_announced_is_waited_for_and_refused(
    api: ApiProcess,
) -> None:
    begun = time.monotonic()
    status, headers, problem = await answer_to(api, POST + b"Content-Length: 100\r\n\r\n{")
    took_s = time.monotonic() - begun
    assert (status, problem["code"]) == (408, "request_timeout")
    assert problem["detail"] == "Send the whole body within 2 seconds."
    assert headers["connection"] == "close"
    assert BODY_TIMEOUT_S - 0.1 < took_s < BODY_TIMEOUT_S + 2


# fault 77
@pytest.mark.parametrize(
    "encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity", "GZIP", "x"]
)
async def test_a_compressed_body_is_refused_without_being_unpacked(
    api: ApiProcess, encoding: str
) -> None:
    bomb = gzip.compress(b" " * 50 * MIB)
    before = api.memory_bytes()
    answer = await api.client.post(
        "/v1/sessions", content=bomb, headers=JSON | {"content-encoding": encoding}
    )
    refused(answer, 415, "unsupported_content_encoding")
    assert api.memory_bytes() - before < 20 * MIB


async def test_a_body_may_say_that_it_is_not_compressed(api: ApiProcess) -> None:
    answer = await api.client.post(
        "/v1/sessions", content=b"{}", headers=JSON | {"content-encoding": "identity"}
    )
    refused(answer, 400, "invalid_input")


async def test_http_2_is_left_to_the_proxy(api: ApiProcess) -> None:
    connection = await api.connect()
    await connection.say(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert (await connection.heard())[:15] in {b"", b"HTTP/1.1 400 Ba"}
    connection.close()


# fault 79
async def test_head_and_get_say_the_same_on_one_connection(api: ApiProcess) -> None:
    connection = await api.connect()
    path = b" /schema/openapi.json HTTP/1.1\r\n" + HOST
    await connection.say(b"HEAD" + path + b"\r\nGET" + path + b"Connection: close\r\n\r\n")
    asked, got = (await connection.heard()).split(b"HTTP/1.1 200 OK\r\n")[1:]
    connection.close()
    head, _, nothing = asked.partition(b"\r\n\r\n")
    _, _, body = got.partition(b"\r\n\r\n")
    assert nothing == b""
    assert b"content-length: %d\r\n" % len(body) in head + b"\r\n"


# fault 80
async def test_a_request_without_a_host_is_refused(api: ApiProcess) -> None:
    status, _, problem = await answer_to(api, b"GET /v1/products HTTP/1.0\r\n\r\n")
    assert (status, problem["code"]) == (400, "unknown_host")
