"""The bench of reads tells of every request that was not answered as it should be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from bench_plaza.crowd import Crowd, serve
from bench_plaza.near_cache_counts import COUNTED, NearCacheCounts
from bench_plaza.storefront import CARDS, storefront_paths
from polyfactory.factories.msgspec_factory import MsgspecFactory

from plaza.read_models.product_listing.document import ListedProduct

CROWD = Crowd(port=0, connections=4, per_s=400.0, duration_s=0.1, paths=["/a", "/b"])

Answer = Callable[[str], bytes]


class Cards(MsgspecFactory[ListedProduct]):
    __random_seed__ = 5


@asynccontextmanager
async def a_server(answer: Answer) -> AsyncIterator[int]:
    """One that sends these bytes for a path, and hangs up where there are none."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            sent = answer(head.split(" ")[1])
            if not sent:
                break
            # In two pieces, as large answers come.
            writer.write(sent[:25])
            await writer.drain()
            writer.write(sent[25:])
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _head(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


def an_answer(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 5\r\n\r\nplaza".encode()


async def test_a_crowd_counts_every_answer_at_its_pace() -> None:
    async with a_server(lambda _: an_answer("200 OK")) as port:
        served = await serve(msgspec.structs.replace(CROWD, port=port))

    assert served.failures == 0
    assert 0 < served.per_s <= CROWD.per_s * 1.05
    assert 0 < served.latency.p50_ms <= served.latency.p99_ms


async def test_a_crowd_tells_of_what_was_refused() -> None:
    def answer(path: str) -> bytes:
        return an_answer("503 Unavailable" if path == "/b" else "200 OK")

    async with a_server(answer) as port:
        served = await serve(msgspec.structs.replace(CROWD, port=port))

    assert served.failures == CROWD.requests / 2
    assert set(served.first_failures) == {"answered 503"}


async def test_a_crowd_tells_of_connections_that_are_lost() -> None:
    async with a_server(lambda _: b"") as port:
        served = await serve(msgspec.structs.replace(CROWD, port=port))

    assert served.failures == CROWD.requests
    assert served.first_failures[0] == "lost its connection"


def test_a_storefront_is_read_alike_at_every_run() -> None:
    cards = Cards.batch(50)
    paths = storefront_paths(cards, 1_000)

    assert paths == storefront_paths(cards, 1_000)
    assert len(paths) == 1_000
    assert paths.count(f"/v1/products?limit={CARDS}") == 250
    pages = [path for path in paths if "?" not in path]
    most_read = max(set(pages), key=pages.count)
    assert pages.count(most_read) > len(pages) / 50 * 3


def test_the_hit_rate_is_of_what_was_asked_meanwhile() -> None:
    before, after = NearCacheCounts(hits=10, asked=40), NearCacheCounts(hits=100, asked=140)

    assert after.hit_rate_since(before) == 0.9
    assert before.hit_rate_since(before) == 0
    told = 'plaza_near_cache_total{result="hit"} 12.0\nplaza_near_cache_created{result="hit"} 1\n'
    assert COUNTED.findall(told) == [("hit", "12.0")]
