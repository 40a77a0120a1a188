"""Nobody becomes more than they are by a field that the operation does not know."""

from typing import Any
from uuid import uuid4

import pytest

from actors import Marketplace, Person
from contexts.asking import REQUESTS, operations

ESCALATIONS: dict[str, Any] = {
    "vendor_id": str(uuid4()),
    "account_id": str(uuid4()),
    "owner_account_id": str(uuid4()),
    "id": str(uuid4()),
    "role": "owner",
    "roles": ["owner"],
    "is_operator": True,
    "is_verified": True,
    "status": "approved",
    "version": 1,
    "Price": 1,
    "__class__": "x",
}
BY_OPERATORS = {"inviteOwner", "rejectVendor", "suspendVendor"}
WITH_BODY = sorted(name for name, asked in REQUESTS.items() if asked.body is not None)


def test_every_operation_with_a_body_is_asked(marketplace: Marketplace) -> None:
    with_body = {
        operation_id
        for operation_id, handler in operations(marketplace).items()
        if handler.parsed_data_field is not None
    }

    assert with_body == set(WITH_BODY)


async def refused(person: Person, operation_id: str, body: dict[str, Any], vendor: str) -> Any:
    asked = REQUESTS[operation_id]
    ids = {name: str(uuid4()) for name in ("product", "offer", "member", "vendor_order")}
    path = asked.path.format(vendor=vendor, **ids)
    answer = await person.client.request(asked.method, path, json=body)
    assert answer.status_code == 400, (operation_id, body, answer.text)
    return answer.json()


# fault 65
@pytest.mark.parametrize("operation_id", WITH_BODY)
async def test_a_field_that_is_not_known_is_refused(
    marketplace: Marketplace, operation_id: str
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    person = operator if "{product}" not in REQUESTS[operation_id].path else vendor
    if "{vendor}" in REQUESTS[operation_id].path:
        person = operator if operation_id in BY_OPERATORS else vendor
    body = REQUESTS[operation_id].body
    assert body is not None
    valid = body | ({"variant_id": str(uuid4())} if "variant_id" in body else {})

    for name, value in ESCALATIONS.items():
        if name in body:
            continue
        problem = await refused(person, operation_id, valid | {name: value}, vendor.id)
        assert problem["code"] == "unknown_field", (operation_id, name)
        assert problem["errors"][0]["pointer"] == f"/{name}"


# fault 65
@pytest.mark.parametrize("place", ["variants", "media", "price"])
async def test_a_field_that_is_not_known_is_refused_in_the_depth_too(
    marketplace: Marketplace, place: str
) -> None:
    vendor = await marketplace.an_applicant()
    variant = {"price": {"amount_minor": 1, "currency": "GBP"}}
    bodies = {
        "variants": {"title": "Mug", "variants": [variant | {"vendor_id": vendor.id}]},
        "media": {"title": "Mug", "variants": [variant], "media": [{"url": "/a.png", "id": 1}]},
        "price": {"title": "Mug", "variants": [{"price": variant["price"] | {"role": "x"}}]},
    }

    problem = await refused(vendor, "createProduct", bodies[place], vendor.id)

    assert problem["code"] == "unknown_field"
