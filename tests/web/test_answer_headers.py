import time

import pytest
from litestar.types import HTTPResponseStartEvent

from actors import Marketplace, Vendor
from plaza.operations.demo.categories import LEAF_NAMES
from plaza.web.answer_headers import protect

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
CALLS = 20_000


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/products", 200),
        ("GET", "/v1/products/none", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/v1/account", 401),
        ("GET", "/v1/products?x=1", 400),
        ("BREW", "/v1/products", 405),
        ("OPTIONS", "/v1/products", 204),
        ("HEAD", "/v1/products", 200),
        ("GET", "/health/live", 200),
    ],
)
async def test_every_answer_tells_browsers_what_not_to_do(
    marketplace: Marketplace, method: str, path: str, status: int
) -> None:
    answer = await marketplace.anybody.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("x-frame-options") == ["DENY"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert answer.headers.get_list("content-security-policy") == [JSON_POLICY]
    assert answer.headers.get_list("cross-origin-resource-policy") == ["same-origin"]
    assert "strict-transport-security" not in answer.headers


async def test_an_answer_that_still_holds_has_them_too(marketplace: Marketplace) -> None:
    known = (await marketplace.anybody.get("/schema/openapi.json")).headers["etag"]
    answer = await marketplace.anybody.get("/schema/openapi.json", headers={"if-none-match": known})
    assert answer.status_code == 304
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_command_has_them_too(marketplace: Marketplace) -> None:
    vendor: Vendor = await marketplace.a_vendor()
    created = await vendor.creates_product()
    answer = await vendor.post(f"{vendor.path}/products/{created['id']}/publish")
    assert answer.headers["content-security-policy"] == JSON_POLICY


async def test_what_a_route_says_itself_is_left(marketplace: Marketplace) -> None:
    page = await marketplace.anybody.get("/schema")
    assert len(page.headers.get_list("content-security-policy")) == 1
    assert "style-src 'unsafe-inline'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_a_picture_may_be_shown_by_a_storefront_of_another_origin(
    marketplace: Marketplace,
) -> None:
    picture = await marketplace.anybody.get(f"/media/demo/{next(iter(LEAF_NAMES))}/1.svg")
    assert picture.status_code == 200
    assert picture.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    assert "sandbox" in picture.headers["content-security-policy"]


async def test_the_headers_cost_next_to_nothing(marketplace: Marketplace) -> None:
    scope = {"type": "http", "method": "GET", "scheme": "http", "litestar_app": marketplace.app}
    told = [(b"etag", b'"1"'), (b"vary", b"accept-encoding"), (b"content-type", b"x")]
    begun = time.process_time()
    for _ in range(CALLS):
        message: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": 200,
            "headers": told,
        }
        await protect(message, scope)  # type: ignore[arg-type]
    # 3 µs are meant; the followers share the process.
    assert (time.process_time() - begun) / CALLS < 10e-6
