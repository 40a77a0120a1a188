"""The links of the OpenAPI document: what can be done next with what was answered."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

from actors import Marketplace, Vendor, a_variant
from contract.fitting import followed
from contract.operations import operations

Link = tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]
"""The path of its source, its source, what its source answers, and the link."""


def links(document: dict[str, Any]) -> Iterator[Link]:
    for path, _, operation in operations(document):
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                yield path, operation, response, link


def by_id(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        operation["operationId"]: (path, operation) for path, _, operation in operations(document)
    }


def taken(operation: dict[str, Any], document: dict[str, Any]) -> set[str]:
    """What an operation takes, as a link names it."""
    told = [
        followed(parameter["$ref"], document) if "$ref" in parameter else parameter
        for parameter in operation["parameters"]
    ]
    return {f"{parameter['in']}.{parameter['name']}" for parameter in told}


def test_a_link_gives_its_operation_the_whole_path_and_nothing_unknown(
    document: dict[str, Any],
) -> None:
    for _, _, _, link in links(document):
        path, target = by_id(document)[link["operationId"]]
        given = link["parameters"].keys()
        assert given <= taken(target, document), link
        assert given >= {f"path.{name}" for name in re.findall("{([a-z_]+)}", path)}, link


def test_what_a_link_reads_is_in_the_request_or_the_answer(document: dict[str, Any]) -> None:
    for path, operation, response, link in links(document):
        for name, expression in link["parameters"].items():
            source, _, told = expression.partition("#")
            if told:
                (body,) = response["content"].values()
                found = pointed_at(told, body["schema"], document)
                assert "uuid" in str(found), (operation["operationId"], expression)
            elif name == "header.If-Match":
                assert source == "$response.header.ETag"
                assert "ETag" in response["headers"], operation["operationId"]
            else:
                assert f"{{{source.removeprefix('$request.path.')}}}" in path


def pointed_at(pointer: str, schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """The schema of what stands in a body."""
    found: Any = schema
    for step in pointer.removeprefix("/").split("/"):
        found = followed(found["$ref"], document) if "$ref" in found else found
        found = found["items"] if step.isdigit() else found["properties"][step]
    return found


def test_what_was_made_leads_to_what_can_be_done_with_it(document: dict[str, Any]) -> None:
    _, created = by_id(document)["createProduct"]
    assert created["responses"]["201"]["links"].keys() >= {
        *("getVendorProduct", "changeProduct", "publishProduct", "changeOffer", "setStock"),
    }
    _, applied = by_id(document)["applyAsVendor"]
    assert applied["responses"]["201"]["links"].keys() >= {"createProduct", "approveVendor"}


def test_what_everybody_may_read_leads_to_nothing_that_wants_a_log_in(
    document: dict[str, Any],
) -> None:
    _, listed = by_id(document)["listProducts"]
    assert listed["responses"]["200"]["links"].keys() == {"getProduct"}


async def test_a_link_can_be_followed(marketplace: Marketplace, document: dict[str, Any]) -> None:
    vendor = await marketplace.a_vendor()
    body = {"title": "Oak chair", "variants": [a_variant()]}
    created = await vendor.post(f"{vendor.path}/products", body)
    changed = await follow(vendor, created, "changeProduct", {"title": "Ash chair"}, document)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    price = {"price": {"amount_minor": 1, "currency": "GBP"}}
    repriced = await follow(vendor, created, "changeOffer", price, document)
    # The answer has no version of the offer: whoever follows this link has to read it first.
    assert (repriced.status_code, repriced.json()["code"]) == (428, "version_required")


async def follow(
    vendor: Vendor,
    answer: httpx.Response,
    target: str,
    body: dict[str, Any],
    document: dict[str, Any],
) -> httpx.Response:
    """Send what the link of an answer of createProduct says."""
    _, source = by_id(document)["createProduct"]
    parameters = source["responses"]["201"]["links"][target]["parameters"]
    path, _ = by_id(document)[target]
    headers = {}
    for name, expression in parameters.items():
        place, _, named = name.partition(".")
        value = evaluated(expression, answer, vendor)
        if place == "path":
            path = path.replace(f"{{{named}}}", value)
        else:
            headers[named] = value
    return await vendor.patch(path, body, headers=headers)


def evaluated(expression: str, answer: httpx.Response, vendor: Vendor) -> str:
    if expression == "$request.path.vendor":
        return vendor.id
    if expression == "$response.header.ETag":
        return answer.headers["etag"]
    found: Any = answer.json()
    for step in expression.removeprefix("$response.body#/").split("/"):
        found = found[int(step)] if step.isdigit() else found[step]
    return str(found)
