"""Which refusal comes first, and what every one of them says."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace, Vendor
from plaza.read_models.product_page import served_copy
from web.refused import refused

PRICE = {"price": {"amount_minor": 100, "currency": "GBP"}}
UNKNOWN_CURRENCY = {"price": {"amount_minor": 100, "currency": "XQX"}}
MALFORMED = {"price": "cheap"}


async def an_offer(vendor: Vendor) -> str:
    created = await vendor.creates_product()
    return f"{vendor.path}/offers/{created['variants'][0]['offer_id']}"


async def test_refusals_are_judged_in_the_order_of_the_contract(
    marketplace: Marketplace, vendor: Vendor
) -> None:
    stranger, anybody = await marketplace.a_vendor(), marketplace.anybody
    offer, nothing = await an_offer(vendor), f"{vendor.path}/offers/{uuid4()}"

    refused(await anybody.patch(f"{nothing}?x=1", MALFORMED), 401, "not_authenticated")
    refused(await stranger.patch(f"{nothing}?x=1", MALFORMED), 404, "not_found")
    refused(await stranger.patch(offer, MALFORMED), 404, "not_found")
    refused(await vendor.patch(f"{nothing}?x=1", MALFORMED), 400, "unknown_parameter")
    refused(await vendor.patch(nothing, MALFORMED), 400, "invalid_input")
    refused(await vendor.patch(nothing, PRICE), 404, "not_found")
    refused(await vendor.patch(offer, UNKNOWN_CURRENCY), 428, "version_required")
    refused(await vendor.patch(offer, UNKNOWN_CURRENCY, version=7), 412, "stale_version")
    refused(await vendor.patch(offer, UNKNOWN_CURRENCY, version=1), 422, "invalid_price")
    withdrawn = await vendor.client.delete(offer, headers={"if-match": '"1"'})
    assert withdrawn.status_code == 200
    refused(await vendor.patch(offer, PRICE, version=1), 412, "stale_version")
    refused(await vendor.patch(offer, PRICE, version=2), 409, "offer_withdrawn")


async def test_what_is_not_yours_looks_like_what_is_not_there(
    marketplace: Marketplace, vendor: Vendor
) -> None:
    stranger = await marketplace.a_vendor()
    theirs = (await an_offer(stranger)).removeprefix(stranger.path)
    paths = [
        f"{stranger.path}{theirs}",
        f"{vendor.path}{theirs}",
        f"{vendor.path}/offers/{uuid4()}",
        f"/v1/vendors/{uuid4()}/offers/{uuid4()}",
    ]
    answers = [refused(await vendor.patch(path, PRICE, version=1), 404) for path in paths]
    assert len({str(answer | {"trace_id": ""}) for answer in answers}) == 1


async def test_a_member_who_may_not_is_told_so(marketplace: Marketplace, vendor: Vendor) -> None:
    refused(await vendor.post(f"{vendor.path}/approve"), 403, "forbidden")
    refused(await vendor.post("/v1/categories", {"name": "Chairs"}), 403, "forbidden")
    refused(await vendor.get("/v1/operations/projections"), 403, "forbidden")
    assert (await (await marketplace.operator()).get("/v1/operations/projections")).is_success


@pytest.mark.parametrize(
    "tag",
    [
        "1",
        'W/"1"',
        "*",
        '""',
        '"a"',
        '"-1"',
        '"1", "2"',
        '"1.0"',
        '" 1"',
        "'1'",
        '"1',
        "",
        '"\u0661"',
        f'"{"9" * 400}"',
    ],
)
async def test_if_match_is_a_quoted_version(vendor: Vendor, tag: str) -> None:
    offer = await an_offer(vendor)
    answer = await vendor.client.patch(offer, json=PRICE, headers=[(b"if-match", tag.encode())])
    refused(answer, 400, "invalid_if_match")


async def test_if_match_may_name_any_version_that_fits(vendor: Vendor) -> None:
    offer = await an_offer(vendor)
    for version in (0, 2, 10**18 - 1):
        problem = refused(await vendor.patch(offer, PRICE, version=version), 412)
        assert problem["current_version"] == 1
    changed = await vendor.patch(offer, PRICE, version=1)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')


async def test_on_a_status_move_if_match_is_optional_and_honoured(vendor: Vendor) -> None:
    created = await vendor.creates_product()
    path = f"{vendor.path}/products/{created['id']}/publish"
    stale = await vendor.post(path, headers={"if-match": '"7"'})
    refused(stale, 412, "stale_version")
    assert (await vendor.post(path, headers={"if-match": '"1"'})).status_code == 200


async def test_an_illegal_move_says_what_is_possible(vendor: Vendor) -> None:
    created = await vendor.creates_product()
    answer = await vendor.post(f"{vendor.path}/products/{created['id']}/unpublish")
    problem = refused(answer, 409, "illegal_transition")
    assert (problem["from"], problem["to"], problem["allowed"]) == (
        "draft",
        "unpublished",
        ["published"],
    )


# fault 79
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/products", {"GET"}),
        ("POST", "/v1/products", {"GET"}),
        ("PUT", "/v1/vendors", {"GET", "POST"}),
        ("PATCH", "/v1/sessions", {"POST"}),
        ("GET", "/v1/sessions/refresh", {"POST"}),
        ("TRACE", "/", {"GET"}),
        ("BREW", "/health", {"GET"}),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    marketplace: Marketplace, method: str, path: str, allowed: set[str]
) -> None:
    answer = await marketplace.anybody.client.request(method, path)
    refused(answer, 405, "method_not_allowed")
    assert {name.strip() for name in answer.headers["allow"].split(",")} >= allowed


async def test_no_refusal_repeats_what_was_refused_as_markup(marketplace: Marketplace) -> None:
    answer = await marketplace.anybody.get("/v1/products", params={"<script>": "alert(1)"})
    refused(answer, 400)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("kind", [asyncpg.TooManyConnectionsError, asyncpg.DiskFullError])
async def test_a_read_that_postgresql_has_no_room_for_may_be_tried_again(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise kind("sorry")

    monkeypatch.setattr(served_copy, "get_product", refuse)
    answer = await marketplace.anybody.get(f"/v1/products/never-read-{uuid4()}")
    refused(answer, 503, "database_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "path", ["/nowhere", "/v1/products/nothing", "/v1/account", "/v1/products?x=1"]
)
async def test_no_refusal_is_kept_by_whoever_passes_it_on(
    marketplace: Marketplace, path: str
) -> None:
    answer = await marketplace.anybody.get(path)
    assert answer.status_code >= 400
    assert answer.headers["cache-control"] == "no-store"
