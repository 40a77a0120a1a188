"""What every request passes before a route is looked for."""

import tracemalloc
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar

from actors import Marketplace
from plaza.kernel.hosts import Hosts
from plaza.kernel.networks import Networks
from plaza.kernel.origins import Origins
from plaza.settings import Settings
from plaza.web.cross_origin import CrossOrigin
from plaza.web.edge import Edge
from web.opened_app import STRANGER, client_of, opened_app
from web.refused import refused

PROXY = "10.0.0.9"
TRANSPORT = "strict-transport-security"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proxied(settings: Settings) -> AsyncIterator[Litestar]:
    behind_proxies = msgspec.structs.replace(
        settings,
        host="2001:db8::7",
        allowed_hosts=Hosts("plaza.test, *.shops.example"),
        trusted_proxies=Networks("10.0.0.0/8"),
    )
    async with opened_app(behind_proxies) as app:
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(proxied: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(proxied) as client:
        yield client


# fault 80
@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "plaza.test.evil.example", "shops.example", "plaza.test, evil.example"),
        *("", " ", "evil.example:8000", "plaza.test@evil.example", "evil.example#.shops.example"),
        *("plaza.test/..", "[::2]", "0.0.0.1", "\xff"),
    ],
)
async def test_a_request_that_names_another_host_is_refused(
    stranger: httpx.AsyncClient, host: str
) -> None:
    headers = [(b"host", host.encode("latin-1"))]
    for path in ("/", "/v1/products", "/nowhere"):
        problem = refused(await stranger.get(path, headers=headers), 400, "unknown_host")
        assert "evil" not in str(problem)


# fault 80
@pytest.mark.parametrize(
    "host",
    [
        *("plaza.test", "PLAZA.test:8000", "uk.shops.example", "localhost", "localhost:8000"),
        *("127.0.0.1:8000", "[::1]:8000"),
    ],
)
async def test_our_own_names_and_loopbacks_are_known(
    stranger: httpx.AsyncClient, host: str
) -> None:
    assert (await stranger.get("/version", headers={"host": host})).status_code == 200


# fault 80
# fault 77
async def test_hosts_that_are_no_names_take_up_no_memory(
    proxied: Litestar, settings: Settings
) -> None:
    edge = Edge(proxied, settings, CrossOrigin(Origins()))
    tracemalloc.start()
    try:
        for number in range(100):
            assert not edge.is_known(b"%d" % number + b"a" * 100_000)
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes < 1_000_000


async def test_two_hosts_are_one_too_many(stranger: httpx.AsyncClient) -> None:
    headers = [(b"host", b"plaza.test"), (b"host", b"evil.example")]
    refused(await stranger.get("/version", headers=headers), 400, "unknown_host")


async def test_the_address_that_is_listened_on_may_be_named(stranger: httpx.AsyncClient) -> None:
    answers = [
        await stranger.get("/version", headers={"host": host})
        for host in ("[2001:db8::7]:8000", "[2001:db8::8]:8000")
    ]
    assert [answer.status_code for answer in answers] == [200, 400]


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready", "/metrics"])
async def test_orchestrators_and_monitors_may_ask_by_address(
    marketplace: Marketplace, path: str
) -> None:
    answer = await marketplace.anybody.get(path, headers={"host": "10.1.2.3:8000"})
    assert answer.status_code == 200
    refused(await marketplace.anybody.get("/v1/products", headers={"host": "10.1.2.3"}), 400)


# fault 80
async def test_forwarding_headers_of_a_stranger_change_nothing(
    stranger: httpx.AsyncClient,
) -> None:
    forged = {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "evil.example",
        "forwarded": "for=127.0.0.1;proto=https;host=evil.example",
    }
    answer = await stranger.get("/version", headers=forged)
    assert answer.status_code == 200
    assert TRANSPORT not in answer.headers


# fault 80
async def test_a_trusted_proxy_tells_the_scheme_and_never_the_host(proxied: Litestar) -> None:
    async with client_of(proxied, PROXY) as client:
        forwarded = {"x-forwarded-for": STRANGER, "x-forwarded-proto": "https"}
        answer = await client.get("/version", headers=forwarded)
        hidden = {"host": "evil.example", "x-forwarded-host": "plaza.test"}
        other = await client.get("/version", headers=forwarded | hidden)
    assert answer.headers[TRANSPORT] == "max-age=31536000"
    refused(other, 400, "unknown_host")


# fault 79
@pytest.mark.parametrize(
    "path", ["/", "/v1/products", "/v1/products/none", "/nowhere", "/schema", "/metrics"]
)
async def test_head_answers_what_get_does_without_its_body(
    marketplace: Marketplace, path: str
) -> None:
    asked, got = [
        await marketplace.anybody.client.request(method, path) for method in ("HEAD", "GET")
    ]
    assert asked.status_code == got.status_code
    assert asked.content == b""
    # How old the read model is, and what the request is called, are another each time.
    ignored = {"x-request-id", "plaza-lag-ms", "plaza-position"}
    if path != "/metrics":
        ignored_of_this: set[str] = ignored
    else:
        ignored_of_this = ignored | {"content-length"}
    for name in got.headers.keys() - ignored_of_this:
        assert asked.headers[name] == got.headers[name]
    assert asked.headers.keys() == got.headers.keys()


# fault 79
async def test_head_honours_what_the_reader_has(marketplace: Marketplace) -> None:
    known = (await marketplace.anybody.get("/schema/openapi.json")).headers["etag"]
    answer = await marketplace.anybody.client.head(
        "/schema/openapi.json", headers={"if-none-match": known}
    )
    assert (answer.status_code, answer.content) == (304, b"")


# fault 79
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/products", "GET, HEAD, OPTIONS"),
        ("/v1/vendors", "GET, HEAD, OPTIONS, POST"),
        ("/v1/vendors/019a0000-0000-7000-8000-000000000000/products", "GET, HEAD, OPTIONS, POST"),
        ("/v1/vendors/019a0000-0000-7000-8000-000000000000/suspend", "OPTIONS, POST"),
    ],
)
async def test_options_and_a_wrong_method_tell_the_same_methods(
    marketplace: Marketplace, path: str, methods: str
) -> None:
    client = marketplace.anybody.client
    asked = await client.options(path)
    assert (asked.status_code, asked.content, asked.headers["allow"]) == (204, b"", methods)
    wrong = await client.request("BREW", path)
    refused(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == methods


async def test_head_of_what_only_takes_post_is_told_so(marketplace: Marketplace) -> None:
    answer = await marketplace.anybody.client.head("/v1/sessions/refresh")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")
