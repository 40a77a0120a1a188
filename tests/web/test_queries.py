"""Query parameters and paths, as nobody should send them."""

import base64
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio

from actors import Marketplace, Vendor
from plaza.kernel.keys import derived_key
from plaza.reading.cursor import Cursors
from plaza.web.parameters import _known_to
from web.refused import refused

LISTS = ["/v1/products", "/v1/vendors"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vendor(marketplace: Marketplace) -> Vendor:
    """A vendor with three products on sale."""
    seller = await marketplace.a_vendor()
    created = [await seller.lists_product(title=title) for title in ("Oak", "Pine", "Ash")]
    token = {"plaza-consistency": created[-1]["token"]}
    assert (await marketplace.anybody.get("/v1/products", headers=token)).status_code == 200
    return seller


# fault 82
@pytest.mark.parametrize("path", [*LISTS, "own"])
@pytest.mark.parametrize(
    "limit",
    [
        "0",
        "-1",
        "101",
        "abc",
        "1000000000",
        "9223372036854775808",
        "1" * 400,
        "1.5",
        "5.0",
        "1e1",
        "",
        "0x10",
        "1_0",
        "\u0663",
        "null",
        "true",
        "NaN",
        "5;DROP TABLE x",
    ],
)
async def test_a_limit_is_1_to_100_and_never_cut(vendor: Vendor, path: str, limit: str) -> None:
    path = f"{vendor.path}/products" if path == "own" else path
    problem = refused(await vendor.get(path, params={"limit": limit}), 400, "invalid_input")
    assert [error["pointer"] for error in problem["errors"]] == ["/query/limit"]


async def test_the_bounds_of_a_limit_are_inside(vendor: Vendor) -> None:
    for path in [*LISTS, f"{vendor.path}/products"]:
        for limit in ("1", "100"):
            assert (await vendor.get(path, params={"limit": limit})).status_code == 200


# fault 82
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "a" * 10_000,
        "AAAA",
        "e30=",
        "\u00e9",
        "%",
        "null",
        "../..",
        "\x01",
        "' OR 1=1 --",
        base64.urlsafe_b64encode(b"\0" * 12 + b'["2020-01-01T00:00:00Z",null]').decode(),
    ],
)
async def test_what_was_never_a_cursor_is_refused(vendor: Vendor, cursor: str) -> None:
    for path in [*LISTS, f"{vendor.path}/products"]:
        refused(await vendor.get(path, params={"cursor": cursor}), 400, "invalid_cursor")


async def a_cursor(seller: Vendor, path: str = "/v1/products", **filters: Any) -> str:
    answer = await seller.get(path, params={"limit": 1, **filters})
    cursor: str = answer.json()["next_cursor"]
    return cursor


# fault 82
async def test_a_tampered_cursor_is_refused(vendor: Vendor) -> None:
    cursor = await a_cursor(vendor, vendor=vendor.slug)
    raw = base64.urlsafe_b64decode(cursor)
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 1
        params = {"vendor": vendor.slug, "cursor": base64.urlsafe_b64encode(flipped).decode()}
        refused(await vendor.get("/v1/products", params=params), 400, "invalid_cursor")


# fault 82
async def test_a_cursor_goes_with_its_own_question_only(
    marketplace: Marketplace, vendor: Vendor
) -> None:
    cursor = await a_cursor(vendor, vendor=vendor.slug)
    further = {"vendor": vendor.slug, "cursor": cursor}
    assert (await vendor.get("/v1/products", params=further)).status_code == 200
    for other in ({"sort": "price_asc"}, {"price_min": "1"}, {"in_stock": "true"}):
        params = further | other
        refused(await vendor.get("/v1/products", params=params), 400, "invalid_cursor")
    for path in ("/v1/vendors", f"{vendor.path}/products"):
        refused(await vendor.get(path, params={"cursor": cursor}), 400, "invalid_cursor")
    stranger = await marketplace.a_vendor()
    own = await a_cursor(vendor, f"{vendor.path}/products")
    answer = await stranger.get(f"{stranger.path}/products", params={"cursor": own})
    refused(answer, 400, "invalid_cursor")


# fault 82
async def test_a_cursor_of_another_installation_is_refused(
    marketplace: Marketplace, vendor: Vendor
) -> None:
    cursors = Cursors(derived_key(marketplace.settings.secret() + b"!", "cursor"))
    foreign = cursors.write("listVendors", ["A", uuid4()])
    answer = await vendor.get("/v1/vendors", params={"cursor": foreign})
    refused(answer, 400, "invalid_cursor")


# fault 82
async def test_pages_hold_everything_once(vendor: Vendor) -> None:
    for sort in ("newest", "price_asc", "price_desc"):
        seen: list[str] = []
        params: dict[str, Any] = {"vendor": vendor.slug, "limit": 1, "sort": sort}
        while True:
            page = (await vendor.get("/v1/products", params=params)).json()
            seen += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]
        assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize("path", ["/v1/products", "/v1/vendors", "/v1/categories", "/", "/version"])
async def test_an_unknown_parameter_is_refused(vendor: Vendor, path: str) -> None:
    problem = refused(await vendor.get(path, params={"pages": "2"}), 400, "unknown_parameter")
    assert [error["pointer"] for error in problem["errors"]] == ["/query/pages"]


async def test_known_to_campaigns_are_not_looked_at(vendor: Vendor) -> None:
    query = "utm_source=mail&utm_campaign=spring&gclid=1&fbclid=2&fbclid=3"
    assert (await vendor.get(f"/v1/products?{query}")).status_code == 200


async def test_a_parameter_may_stand_once(vendor: Vendor) -> None:
    refused(await vendor.get("/v1/products?limit=1&limit=2"), 400, "repeated_parameter")


PARAMETERS = ["category", "vendor", "price_min", "price_max", "in_stock", "currency", "sort"]

PAYLOADS = [
    "'",
    '"',
    "\\",
    "1'--",
    "' OR '1'='1",
    "1; DROP TABLE read.product_listing_v2_b1; --",
    "') UNION SELECT password_hash FROM identity.account --",
    "$1",
    "$$;SELECT pg_sleep(9);$$",
    "1 OR pg_sleep(9) IS NULL",
    "%' AND 1=CAST((SELECT version()) AS int) --",
    "\\'; COPY (SELECT 1) TO PROGRAM 'id' --",
    "newest; SELECT 1",
    "price_asc, (SELECT 1)",
    "{0}",
    "%s",
    "/**/OR/**/1=1#",
]


# fault 72
@pytest.mark.parametrize("payload", PAYLOADS)
async def test_no_parameter_carries_sql(vendor: Vendor, payload: str) -> None:
    for parameter in [*PARAMETERS, "limit", "cursor"]:
        answer = await vendor.get("/v1/products", params={parameter: payload})
        refused(answer, 400)
    for parameter in ("status", "limit", "cursor"):
        answer = await vendor.get(f"{vendor.path}/products", params={parameter: payload})
        refused(answer, 400)
    for path in ("/v1/products", "/v1/vendors", f"{vendor.path}/products"):
        answer = await vendor.get(f"{path}/{quote(payload, safe='')}")
        refused(answer, 404)


# fault 72
@pytest.mark.parametrize("payload", PAYLOADS)
async def test_no_field_carries_sql(vendor: Vendor, payload: str) -> None:
    created = await vendor.creates_product(title=payload, brand=payload, description=payload)
    own = (await vendor.get(f"{vendor.path}/products/{created['id']}")).json()
    assert (own["title"], own["brand"], own["description"]) == (payload, payload, payload)


# fault 74
@pytest.mark.parametrize("escaped", ["%00", "a%00b", "%ff", "%c0%80", "%ed%a0%80"])
async def test_nul_and_broken_utf_8_are_refused_in_query_and_path(
    vendor: Vendor, escaped: str
) -> None:
    for parameter in [*PARAMETERS, "limit", "cursor"]:
        refused(await vendor.get(f"/v1/products?{parameter}={escaped}"), 400)
    refused(await vendor.get(f"/v1/products?{escaped}=1"), 400)
    for path in ("/v1/products", "/v1/vendors", "/media/demo/garden", f"{vendor.path}/products"):
        refused(await vendor.get(f"{path}/{escaped}"), 404, "not_found")


# fault 75
@pytest.mark.parametrize("null", ["null", "NULL", "Null"])
@pytest.mark.parametrize("name", ["limit", "price_min", "in_stock", "sort"])
async def test_null_is_no_number_and_no_choice(vendor: Vendor, name: str, null: str) -> None:
    answer = await vendor.get("/v1/products", params={name: null})
    (error,) = refused(answer, 400, "invalid_input")["errors"]
    assert error["pointer"] == f"/query/{name}"


async def test_null_may_be_a_name(vendor: Vendor) -> None:
    problem = refused(await vendor.get("/v1/products", params={"category": "null"}), 400)
    assert (problem["code"], problem["detail"]) == ("invalid_input", "There is no such category.")


@pytest.mark.parametrize("amount", ["-1", "9223372036854775808", "1" * 400, "0.1", "abc"])
async def test_prices_in_a_query_are_amounts(vendor: Vendor, amount: str) -> None:
    for parameter in ("price_min", "price_max"):
        refused(await vendor.get("/v1/products", params={parameter: amount}), 400, "invalid_input")


@pytest.mark.parametrize("currency", ["gbp", "GB", "GBPX", "GBP\n", "£££", ""])
async def test_a_currency_is_three_capitals(vendor: Vendor, currency: str) -> None:
    answer = await vendor.get("/v1/products", params={"currency": currency})
    refused(answer, 400, "invalid_input")


async def test_unknown_things_are_not_there(marketplace: Marketplace, vendor: Vendor) -> None:
    nowhere = [f"/v1/products/{uuid4()}", "/v1/products/no-such-slug", f"/v1/vendors/{uuid4()}"]
    for path in [*nowhere, "/v1/vendors/nobody", "/v1/nothing", "/v2/products", "/.env"]:
        refused(await marketplace.anybody.get(path), 404, "not_found")
    for path in (
        f"{vendor.path}/products/{uuid4()}",
        f"{vendor.path}/products/7",
        "/v1/vendors/7/products",
    ):
        refused(await vendor.get(path), 404, "not_found")
    for parameter in ("category", "vendor"):
        answer = await vendor.get("/v1/products", params={parameter: "nobody"})
        problem = refused(answer, 400, "invalid_input")
        assert problem["errors"][0]["pointer"] == f"/query/{parameter}"


async def test_what_is_known_of_an_operation_is_kept_once(marketplace: Marketplace) -> None:
    for limit in range(1, 20):
        await marketplace.anybody.get("/v1/products", params={"limit": limit})
    kept = _known_to.cache_info().currsize
    for limit in range(1, 20):
        await marketplace.anybody.get("/v1/products", params={"limit": limit})
    assert _known_to.cache_info().currsize == kept
