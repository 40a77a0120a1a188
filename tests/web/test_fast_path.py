"""The fast path and the slow way side by side: whoever is answered cannot tell which it was."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

import httpx
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace
from plaza.kernel.networks import Networks
from plaza.kernel.origins import Origins
from plaza.kernel.rate_policies import RatePolicies
from plaza.web.front import Front
from web.opened_app import STRANGER, client_of, opened_app

SHOP = "https://shop.example"
PROXY = "10.0.0.1"
TIMEOUT_S = 10.0
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

ROUTES = {
    "listProducts": "/v1/products?limit=24&utm_source=mail",
    "getProduct by slug": "/v1/products/{slug}",
    "getProduct by id": "/v1/products/{id}",
    "listVendors": "/v1/vendors?limit=100",
    "getVendor": "/v1/vendors/{vendor}",
    "listCategories": "/v1/categories",
}
VARIANTS: dict[str, tuple[str, dict[str, str]]] = {
    "plain": ("GET", {}),
    "head": ("HEAD", {}),
    "listed origin": ("GET", {"origin": SHOP}),
    "other origin": ("GET", {"origin": "https://other.example"}),
    "accepts json": ("GET", {"accept": "text/html;q=0.1, application/json"}),
    "accepts gzip": ("GET", {"accept-encoding": "gzip"}),
    "accepts br": ("GET", {"accept-encoding": "br"}),
    "accepts all": ("GET", {"accept-encoding": "gzip, deflate, br, zstd"}),
    "refuses the plain one": ("GET", {"accept-encoding": "identity;q=0, gzip"}),
    "holds it": ("GET", {"if-none-match": "{etag}"}),
    "holds it weakly": ("GET", {"if-none-match": '"x", W/{etag}'}),
    "holds any": ("HEAD", {"if-none-match": "*"}),
    "holds another form": ("GET", {"if-none-match": "{etag}", "accept-encoding": "gzip"}),
    "named": ("GET", {"x-request-id": "a-name"}),
    "named badly": ("GET", {"x-request-id": "a name", "traceparent": f"00-{TRACE}-{'1' * 16}-01"}),
    "traced": ("GET", {"traceparent": f"00-{TRACE}-{'1' * 16}-01"}),
    "other cookies": ("GET", {"cookie": "theme=dark"}),
    "over https": ("GET", {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7"}),
}
GOES_SLOW: dict[str, tuple[int, dict[str, str]]] = {
    "of another host": (400, {"host": "other.example"}),
    "accepts no json": (406, {"accept": "text/html"}),
    "asks for what is covered": (200, {"prefer": "wait=1"}),
    "shows a wrong token": (401, {"authorization": "Bearer nothing"}),
    "names a wrong position": (400, {"plaza-consistency": "forged"}),
    "has a session": (200, {"cookie": "__Host-plaza_access=x"}),
}
OF_THE_MOMENT = {"x-request-id", "plaza-position", "plaza-lag-ms", "ratelimit"}


@dataclass
class Sides:
    """One application, asked either way."""

    app: Front
    names: Mapping[str, str]

    async def slow(
        self, method: str, path: str, headers: Mapping[str, str], peer: str = STRANGER
    ) -> httpx.Response:
        """Ask as if there were no fast path."""
        fast_path, self.app.fast_path = self.app.fast_path, None
        try:
            return await self.ask(method, path, headers, peer)
        finally:
            self.app.fast_path = fast_path

    async def fast(
        self, method: str, path: str, headers: Mapping[str, str], peer: str = STRANGER
    ) -> httpx.Response:
        """Ask the fast path alone, once it has at hand what is asked for."""
        handler = self.app.asgi_handler
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                self.app.asgi_handler = _nobody
                try:
                    return await self.ask(method, path, headers, peer)
                except NotAtHand:
                    self.app.asgi_handler = handler
                    await self.ask(method, path, headers, peer)
                finally:
                    self.app.asgi_handler = handler

    async def is_left(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether the fast path leaves to the slow way what it has at hand."""
        await self.fast("GET", path, {})
        handler, self.app.asgi_handler = self.app.asgi_handler, _nobody
        try:
            await self.ask("GET", path, headers, STRANGER)
        except NotAtHand:
            return True
        finally:
            self.app.asgi_handler = handler
        return False

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], peer: str
    ) -> httpx.Response:
        async with client_of(self.app, peer) as client:
            # Of httpx's own headers none may choose for the test.
            for name in list(client.headers):
                del client.headers[name]
            return await client.request(method, path.format(**self.names), headers=headers)


class NotAtHand(Exception):  # noqa: N818  the fast path did not answer
    pass


async def _nobody(*_: object) -> NoReturn:
    raise NotAtHand


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sides(marketplace: Marketplace) -> AsyncIterator[Sides]:
    vendor = await marketplace.a_vendor()
    product = await vendor.lists_product(title="Oak chair", description="Oak. " * 400)
    covered = {"plaza-consistency": product["token"]}
    page = await marketplace.anybody.get(f"/v1/products/{product['id']}", headers=covered)
    settings = msgspec.structs.replace(
        marketplace.settings,
        rate_limits_exempt_loopback=False,
        rate_limits=RatePolicies("public_reads=100000/60s"),
        cors_origins=Origins(SHOP),
        trusted_proxies=Networks(PROXY),
        cdn_tag_header="surrogate-key",
    )
    async with opened_app(settings) as app:
        assert isinstance(app, Front)
        names = {"slug": page.json()["slug"], "id": product["id"], "vendor": str(vendor.id)}
        yield Sides(app, names)


def told(answer: httpx.Response) -> list[tuple[str, str]]:
    return sorted(pair for pair in answer.headers.multi_items() if pair[0] not in OF_THE_MOMENT)


@pytest.mark.parametrize("path", ROUTES.values(), ids=ROUTES)
@pytest.mark.parametrize(("method", "headers"), VARIANTS.values(), ids=VARIANTS)
async def test_both_ways_answer_alike(
    sides: Sides, path: str, method: str, headers: dict[str, str]
) -> None:
    peer = PROXY if "x-forwarded-for" in headers else STRANGER
    etag = (await sides.slow("GET", path, {})).headers["etag"]
    headers = {name: value.replace("{etag}", etag) for name, value in headers.items()}

    fast = await sides.fast(method, path, headers, peer)
    slow = await sides.slow(method, path, headers, peer)

    assert (fast.status_code, fast.content) == (slow.status_code, slow.content)
    assert told(fast) == told(slow)
    assert {name: len(answer) for name, answer in all_named(fast)} == {
        name: len(answer) for name, answer in all_named(slow)
    }
    if "x-request-id" in headers or "traceparent" in headers:
        assert fast.headers["x-request-id"] == slow.headers["x-request-id"]


def all_named(answer: httpx.Response) -> list[tuple[str, list[str]]]:
    """Headers that differ from request to request, which have to be there as often."""
    return [(name, answer.headers.get_list(name)) for name in sorted(OF_THE_MOMENT)]


@pytest.mark.parametrize(("status", "headers"), GOES_SLOW.values(), ids=GOES_SLOW)
async def test_what_the_fast_path_does_not_answer_it_leaves_alone(
    sides: Sides, status: int, headers: dict[str, str]
) -> None:
    path = ROUTES["listProducts"]
    assert await sides.is_left(path, headers)
    before = room_in(await sides.fast("GET", path, {}))
    answer = await sides.ask("GET", path, headers, STRANGER)
    assert answer.status_code == status
    spent = int(before) - room_in(await sides.fast("GET", path, {}))
    # Of another host it was not counted at all, which is the edge's rule for either way.
    assert spent == (1 if status == 400 and "host" in headers else 2)


def room_in(answer: httpx.Response) -> int:
    return int(answer.headers["ratelimit"].partition(";r=")[2].partition(";")[0])


async def test_both_ways_spend_the_same_lease(sides: Sides) -> None:
    path = ROUTES["listCategories"]
    ways = (sides.fast, sides.slow, sides.fast, sides.fast, sides.slow)
    rooms = [room_in(await ask("GET", path, {})) for ask in ways]
    assert rooms == list(range(rooms[0], rooms[0] - 5, -1))


async def test_who_has_asked_too_often_is_refused_on_the_fast_path_too(
    marketplace: Marketplace,
) -> None:
    policies = RatePolicies("public_reads=3/3600s:8")
    settings = msgspec.structs.replace(
        marketplace.settings, rate_limits_exempt_loopback=False, rate_limits=policies
    )
    async with opened_app(settings) as app, client_of(app, "203.0.113.77") as client:
        answers = [await client.get("/v1/categories") for _ in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 4
    assert [room_in(answer) for answer in answers] == [7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
async def test_each_form_holds_the_same_bytes_under_a_tag_of_its_own(
    sides: Sides, encoding: str
) -> None:
    path = ROUTES["getProduct by id"]
    plain = await sides.fast("GET", path, {})
    form = await sides.fast("GET", path, {"accept-encoding": encoding})
    assert form.headers["content-encoding"] == encoding
    assert form.headers["vary"] == "accept-encoding, Origin"
    assert form.content == plain.content
    assert form.headers["etag"] == f'{plain.headers["etag"][:-1]}-{encoding}"'
    assert int(form.headers["content-length"]) < len(plain.content) / 2


async def test_a_change_is_seen_on_the_fast_path(sides: Sides, marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    product = await vendor.lists_product(title="Oak chair")
    path = f"/v1/products/{product['id']}"
    await sides.ask("GET", path, {"plaza-consistency": product["token"]}, STRANGER)
    assert (await sides.fast("GET", path, {})).json()["title"] == "Oak chair"

    own = f"{vendor.path}/products/{product['id']}"
    version = (await vendor.get(own)).json()["version"]
    changed = await vendor.patch(own, {"title": "Elm chair"}, version)
    assert changed.status_code == 200, changed.text
    token = {"plaza-consistency": changed.headers["plaza-consistency"]}
    assert (await sides.ask("GET", path, token, STRANGER)).json()["title"] == "Elm chair"
    assert (await sides.fast("GET", path, {})).json()["title"] == "Elm chair"
    assert (await sides.slow("GET", path, {})).json()["title"] == "Elm chair"
