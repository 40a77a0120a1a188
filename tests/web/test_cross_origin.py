"""Which pages of other origins may read answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
import pytest_asyncio

from plaza.kernel.origins import Origins
from plaza.settings import Settings
from web.opened_app import client_of, opened_app
from web.refused import refused

SHOP, EVIL = "https://shop.example", "https://evil.example"
ALLOW_ORIGIN = "access-control-allow-origin"
CREDENTIALS = "access-control-allow-credentials"
FOREIGN = [EVIL, "http://shop.example", f"{SHOP}:8443", f"{SHOP}.evil.example", "null", "", "\xff"]
SHOWN = {
    *("etag", "idempotency-replayed", "plaza-command", "plaza-consistency", "plaza-lag-ms"),
    *("plaza-position", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"),
}


@asynccontextmanager
async def allowing(settings: Settings, origins: str) -> AsyncIterator[httpx.AsyncClient]:
    allowed = msgspec.structs.replace(settings, cors_origins=Origins(origins))
    async with opened_app(allowed) as app, client_of(app) as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def listed(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with allowing(settings, f"{SHOP}, http://localhost:3000") as client:
        yield client


async def preflight(client: httpx.AsyncClient, origin: str, path: str) -> httpx.Response:
    headers = [
        (b"origin", origin.encode("latin-1")),
        (b"access-control-request-method", b"PATCH"),
        (b"access-control-request-headers", b"authorization,if-match"),
    ]
    return await client.options(path, headers=headers)


def varies(answer: httpx.Response) -> set[str]:
    return {name.strip().lower() for name in answer.headers.get("vary", "").split(",")}


@pytest.mark.parametrize("path", ["/version", "/nowhere", "/version?x=1", "/v1/sessions"])
async def test_a_listed_page_may_read_answers_and_refusals(
    listed: httpx.AsyncClient, path: str
) -> None:
    answer = await listed.get(path, headers={"origin": SHOP})
    assert answer.headers.get_list(ALLOW_ORIGIN) == [SHOP]
    assert answer.headers[CREDENTIALS] == "true"
    shown = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert set(shown) >= SHOWN
    assert "origin" in varies(answer)


@pytest.mark.parametrize("origin", FOREIGN)
async def test_another_page_may_read_nothing(listed: httpx.AsyncClient, origin: str) -> None:
    headers = [(b"origin", origin.encode("latin-1"))]
    asked = await preflight(listed, origin, "/version")
    for answer in (await listed.get("/version", headers=headers), asked):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        # A cache that kept this answer for a listed page would lock it out.
        assert "origin" in varies(answer)


async def test_answers_without_an_origin_are_kept_apart_in_caches(
    listed: httpx.AsyncClient,
) -> None:
    answer = await listed.get("/schema/openapi.json")
    assert varies(answer) >= {"origin", "accept-encoding"}
    assert ALLOW_ORIGIN not in answer.headers


@pytest.mark.parametrize("path", ["/v1/vendors", "/v1/account", "/nowhere"])
async def test_a_listed_page_is_told_what_it_may_send(listed: httpx.AsyncClient, path: str) -> None:
    answer = await preflight(listed, SHOP, path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers[ALLOW_ORIGIN] == SHOP
    assert answer.headers[CREDENTIALS] == "true"
    assert "PATCH" in answer.headers["access-control-allow-methods"].split(", ")
    taken = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert set(taken) >= {
        *("authorization", "content-type", "idempotency-key", "if-match", "if-none-match"),
        *("plaza-consistency", "plaza-csrf", "prefer", "traceparent", "x-request-id"),
    }
    assert "*" not in taken
    assert int(answer.headers["access-control-max-age"]) > 0


async def test_options_that_is_no_preflight_tells_the_methods(listed: httpx.AsyncClient) -> None:
    answer = await listed.options("/v1/vendors", headers={"origin": SHOP})
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers[ALLOW_ORIGIN] == SHOP


async def test_a_wrong_host_is_refused_to_a_listed_page_too(listed: httpx.AsyncClient) -> None:
    asked = {"origin": SHOP, "host": "evil.example", "access-control-request-method": "GET"}
    refused(await listed.options("/version", headers=asked), 400, "unknown_host")
    answer = await listed.get("/version", headers={"origin": SHOP, "host": "evil.example"})
    refused(answer, 400, "unknown_host")
    assert answer.headers[ALLOW_ORIGIN] == SHOP


async def test_every_page_may_read_without_cookies_where_a_star_says_so(settings: Settings) -> None:
    async with allowing(settings, "*") as client:
        headers = {"origin": EVIL, "cookie": "x=1"}
        for answer in (
            await client.get("/version", headers=headers),
            await preflight(client, EVIL, "/v1/products"),
        ):
            assert answer.headers.get_list(ALLOW_ORIGIN) == ["*"]
            assert CREDENTIALS not in answer.headers
            assert "origin" not in varies(answer)


async def test_no_page_may_read_where_none_is_listed(settings: Settings) -> None:
    async with allowing(settings, "") as client:
        for answer in (
            await client.get("/version", headers={"origin": SHOP}),
            await preflight(client, SHOP, "/version"),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control")]
