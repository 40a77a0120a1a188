"""What the headers of a request may ask for, and what is made of broken ones."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from actors import Marketplace, Vendor, a_variant
from web.refused import refused


# fault 79
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/*", 200),
        ("*/*", 200),
        ("text/html, application/xhtml+xml, */*;q=0.8", 200),
        ("text/html, Application/JSON;q=0.1", 200),
        ("application/json;q=0.000, */*;q=0", 406),
        ("application/json;q=0, */*", 406),
        ("text/html", 406),
        ("application/xml", 406),
        ("application/jsonx", 406),
        ("image/*", 406),
        ("\\", 406),
        ("", 200),
    ],
)
async def test_an_answer_is_of_a_type_that_is_accepted(
    marketplace: Marketplace, accept: str, status: int
) -> None:
    answer = await marketplace.anybody.get("/v1/products", headers={"accept": accept})
    if status == 406:
        refused(answer, 406, "not_acceptable")
    else:
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([("accept", "text/html"), ("accept", "application/json")], 200),
        ([("accept", "text/html"), ("accept", "image/*")], 406),
        ([("prefer", "respond-async"), ("prefer", "wait=11")], 400),
    ],
)
async def test_a_header_that_is_a_list_may_come_in_several_lines(
    marketplace: Marketplace, lines: list[tuple[str, str]], status: int
) -> None:
    client = marketplace.client()
    client.headers = httpx.Headers()
    assert (await client.get("/v1/products", headers=lines)).status_code == status


# fault 79
async def test_what_is_not_accepted_is_not_done(vendor: Vendor) -> None:
    body = {"title": "Never made", "variants": [a_variant()]}
    path = f"{vendor.path}/products"
    refused(await vendor.post(path, body, headers={"accept": "text/html"}), 406)
    items = (await vendor.get(path)).json()["items"]
    assert "Never made" not in {item["title"] for item in items}


@pytest.mark.parametrize("path", ["/v1/products", "/v1/products/none", "/nowhere", "/v1/account"])
async def test_a_request_id_comes_back(marketplace: Marketplace, path: str) -> None:
    answer = await marketplace.anybody.get(path, headers={"x-request-id": "order-4711/retry=1"})
    assert answer.headers.get_list("x-request-id") == ["order-4711/retry=1"]


# fault 83
@pytest.mark.parametrize("name", [b"a b", b"x" * 129, b"\x1b[31m", b"\xff", b"", b"a\tb"])
async def test_a_request_id_that_could_break_a_log_does_not(
    marketplace: Marketplace, name: bytes
) -> None:
    answer = await marketplace.anybody.client.get("/nowhere", headers=[(b"x-request-id", name)])
    assert answer.headers["x-request-id"] == answer.json()["trace_id"]


async def test_a_trace_goes_on(marketplace: Marketplace) -> None:
    trace_id = uuid4().hex
    traceparent = f"00-{trace_id}-{uuid4().hex[:16]}-01"
    answers: list[httpx.Response] = [
        await marketplace.anybody.get(path, headers={"traceparent": traceparent})
        for path in ("/nowhere", "/v1/products?x=1", "/v1/account")
    ]
    assert {answer.json()["trace_id"] for answer in answers} == {trace_id}


@pytest.mark.parametrize(
    "traceparent", ["", "00-0-0-0", "x" * 5000, f"00-{'z' * 32}-{'0' * 16}-01"]
)
async def test_a_broken_trace_is_not_taken_over(marketplace: Marketplace, traceparent: str) -> None:
    answer = await marketplace.anybody.get("/nowhere", headers={"traceparent": traceparent})
    refused(answer, 404)


@pytest.mark.parametrize(("trace_id", "span_id"), [("0" * 32, "1" * 16), ("1" * 32, "0" * 16)])
async def test_zeros_are_no_trace(marketplace: Marketplace, trace_id: str, span_id: str) -> None:
    headers = {"traceparent": f"00-{trace_id}-{span_id}-01"}
    answer = await marketplace.anybody.get("/nowhere", headers=headers)
    assert answer.json()["trace_id"] != trace_id


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("wait=99", 400),
        ("Wait=99", 400),
        ('wait="99"', 400),
        ("wait = 99", 400),
        ("wait=99999999999", 400),
        ("await=99", 200),
        ("wait=-1", 200),
        ("wait=abc", 200),
        ("x" * 5000, 200),
        ("wait=2", 200),
    ],
)
async def test_prefer_is_followed_or_left_alone(
    marketplace: Marketplace, prefer: str, status: int
) -> None:
    answer = await marketplace.anybody.get("/v1/products", headers={"prefer": prefer})
    assert answer.status_code == status


# fault 50
@pytest.mark.parametrize("token", ["x", "", "A" * 5000, "AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\u00e9"])
async def test_a_forged_consistency_token_is_refused(marketplace: Marketplace, token: str) -> None:
    headers: Any = [(b"plaza-consistency", token.encode())]
    answer = await marketplace.anybody.client.get("/v1/products", headers=headers)
    refused(answer, 400)


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a b", "\u00e9", "\x7f"])
async def test_an_idempotency_key_is_visible_ascii(vendor: Vendor, key: str) -> None:
    body = {"title": "Chair", "variants": [a_variant()]}
    headers: Any = [(b"idempotency-key", key.encode())]
    answer = await vendor.client.post(f"{vendor.path}/products", json=body, headers=headers)
    refused(answer, 400, "invalid_idempotency_key")
