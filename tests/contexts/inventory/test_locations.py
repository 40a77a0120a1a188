"""Locations, and how offers are stocked, over HTTP."""

from typing import Any
from uuid import UUID

import asyncpg

from actors import Marketplace, Vendor, a_variant

LOCATIONS = """
    SELECT payload->>'location_id' AS id, payload->>'name' AS name,
        (payload->>'is_default')::boolean AS is_default
    FROM outbox.event WHERE type = 'inventory.location_created.v1' AND vendor_id = $1 ORDER BY id
"""
STOCKING = """
    SELECT payload FROM outbox.event
    WHERE type = 'inventory.stocking_changed.v1' AND payload->>'offer_id' = $1 ORDER BY id
"""


async def an_offer(vendor: Vendor, stock: int) -> str:
    created = await vendor.creates_product(variants=[a_variant(stock=stock)])
    path: str = f"{vendor.path}/offers/{created['variants'][0]['offer_id']}"
    return path


async def a_location(vendor: Vendor, name: str) -> dict[str, Any]:
    answer = await vendor.post(f"{vendor.path}/locations", {"name": name})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_vendor_keeps_an_offer_at_several_locations(marketplace: Marketplace) -> None:
    vendor = await marketplace.an_applicant()
    offer = await an_offer(vendor, 5)
    berlin = await a_location(vendor, "Berlin")

    counted = await vendor.client.put(
        f"{offer}/stock", json={"on_hand": 7, "if_on_hand": 0, "location_id": berlin["id"]}
    )
    adjusted = await vendor.post(
        f"{offer}/stock/adjust", {"delta": -2, "reason": "broken", "location_id": berlin["id"]}
    )
    at_home = await vendor.client.put(f"{offer}/stock", json={"on_hand": 6, "if_on_hand": 5})

    assert (counted.status_code, counted.json()["on_hand"]) == (200, 7)
    assert (adjusted.json()["on_hand"], adjusted.json()["location_id"]) == (5, berlin["id"])
    assert (at_home.status_code, at_home.json()["on_hand"]) == (200, 6)


async def test_a_location_of_another_vendor_is_not_there(marketplace: Marketplace) -> None:
    vendor, other = await marketplace.an_applicant(), await marketplace.an_applicant()
    offer = await an_offer(vendor, 5)
    foreign = await a_location(other, "Elsewhere")

    for location_id in (foreign["id"], str(UUID(int=7))):
        body = {"on_hand": 1, "location_id": location_id}
        answer = await vendor.client.put(f"{offer}/stock", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_every_location_is_told_of_once_the_default_one_too(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    berlin = await a_location(vendor, "Berlin")
    await vendor.creates_product()
    await vendor.creates_product()

    told = await database.fetch(LOCATIONS, UUID(vendor.id))

    assert [(row["name"], row["is_default"]) for row in told] == [
        ("Default", True),
        ("Berlin", False),
    ]
    assert told[1]["id"] == berlin["id"]
    assert not berlin["is_default"]


async def test_how_an_offer_is_stocked_is_changed_from_version_1_on(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    offer = await an_offer(vendor, 50)

    unread = await vendor.patch(f"{offer}/stocking", {"buckets": 16})
    first = await vendor.patch(f"{offer}/stocking", {"buckets": 16, "low_at": 3}, 1)
    stale = await vendor.patch(f"{offer}/stocking", {"allows_backorder": True}, 1)
    second = await vendor.patch(f"{offer}/stocking", {"low_at": None}, 2)

    assert (unread.status_code, stale.status_code) == (428, 412)
    assert first.headers["etag"] == '"2"'
    offer_id = offer.rpartition("/")[2]
    told = {"offer_id": offer_id, "allows_backorder": False, "buckets": 16}
    assert first.json() == told | {"low_at": 3, "version": 2}
    assert second.json() == told | {"low_at": None, "version": 3}
    assert len(await database.fetch(STOCKING, offer_id)) == 2


async def test_how_an_offer_is_stocked_has_bounds(marketplace: Marketplace) -> None:
    vendor, other = await marketplace.an_applicant(), await marketplace.an_applicant()
    offer = await an_offer(vendor, 5)

    for change in ({"buckets": 0}, {"buckets": 65}, {"buckets": None}, {"low_at": -1}):
        answer = await vendor.patch(f"{offer}/stocking", change, 1)
        assert answer.status_code == 400, answer.text
    path = offer.replace(vendor.path, other.path)
    foreign = await other.patch(f"{path}/stocking", {"buckets": 2}, 1)
    assert foreign.status_code == 404
