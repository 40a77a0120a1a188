"""Quantities: what is on hand is the sum of its movements, whoever moves it when."""

import asyncio
import random
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import Marketplace, Vendor, a_variant

LEVEL = "SELECT on_hand, reserved, version FROM inventory.stock WHERE offer_id = $1"
MOVEMENTS = """
    SELECT m.kind, m.on_hand_delta FROM inventory.movement m
    JOIN inventory.stock s ON s.id = m.stock_id WHERE s.offer_id = $1 ORDER BY m.id
"""
FACTS = """
    SELECT (payload->>'on_hand_delta')::bigint AS delta, (payload->>'on_hand')::bigint AS on_hand,
        version
    FROM outbox.event WHERE type = 'inventory.stock_moved.v1' AND payload->>'offer_id' = $1::text
    ORDER BY version
"""
RESERVE = "UPDATE inventory.stock SET reserved = $2 WHERE offer_id = $1"

Change = tuple[str, int]
CHANGES = st.lists(
    st.tuples(st.just("set"), st.integers(0, 50))
    | st.tuples(st.just("adjust"), st.integers(-20, 20)),
    min_size=1,
    max_size=12,
)


async def an_offer(vendor: Vendor, stock: int) -> str:
    created = await vendor.creates_product(variants=[a_variant(stock=stock)])
    offer_id: str = created["variants"][0]["offer_id"]
    return offer_id


async def counted(vendor: Vendor, offer_id: str, on_hand: int, **more: Any) -> httpx.Response:
    path = f"{vendor.path}/offers/{offer_id}/stock"
    return await vendor.client.put(path, json={"on_hand": on_hand, **more})


async def adjusted(vendor: Vendor, offer_id: str, delta: int) -> httpx.Response:
    body = {"delta": delta, "reason": "counted"}
    return await vendor.post(f"{vendor.path}/offers/{offer_id}/stock/adjust", body)


async def changed(vendor: Vendor, offer_id: str, change: Change) -> httpx.Response:
    kind, amount = change
    return await (counted if kind == "set" else adjusted)(vendor, offer_id, amount)


async def on_hand_by_its_movements(database: asyncpg.Connection, offer_id: str) -> int:
    """What is on hand, after making sure that movements and facts say the same."""
    level = await database.fetchrow(LEVEL, offer_id)
    movements = await database.fetch(MOVEMENTS, offer_id)
    facts = await database.fetch(FACTS, offer_id)
    assert level is not None
    assert level["on_hand"] == sum(movement["on_hand_delta"] for movement in movements)
    assert level["on_hand"] >= level["reserved"] >= 0
    assert sorted(m["on_hand_delta"] for m in movements) == sorted(f["delta"] for f in facts)
    assert [fact["version"] for fact in facts] == list(range(1, level["version"] + 1))
    # Each fact says what it left, which the next one goes on from.
    running = 0
    for fact in facts:
        running += fact["delta"]
        assert fact["on_hand"] == running
    on_hand: int = level["on_hand"]
    return on_hand


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=CHANGES)
async def test_what_is_on_hand_is_the_sum_of_its_movements(
    marketplace: Marketplace, database: asyncpg.Connection, changes: list[Change]
) -> None:
    vendor = await marketplace.an_applicant()
    offer_id, expected = await an_offer(vendor, 10), 10

    for kind, amount in changes:
        answer = await changed(vendor, offer_id, (kind, amount))
        wanted = amount if kind == "set" else expected + amount
        assert answer.status_code == (200 if wanted >= 0 else 409), answer.text
        expected = wanted if wanted >= 0 else expected
        if answer.status_code == 200:
            assert answer.json()["on_hand"] == answer.json()["available"] == expected

    assert await on_hand_by_its_movements(database, offer_id) == expected


async def test_adjustments_at_once_are_all_counted(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    offer_id = await an_offer(vendor, 200)  # More than all that is taken together.
    deltas = [delta for delta in range(-15, 16) if delta]

    answers = await asyncio.gather(*(adjusted(vendor, offer_id, delta) for delta in deltas))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["on_hand"] for answer in answers}) > 1
    assert await on_hand_by_its_movements(database, offer_id) == 200 + sum(deltas)


async def test_counts_and_adjustments_at_once_leave_no_gap(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, chance = await marketplace.an_applicant(), random.Random(7)  # noqa: S311  no secret
    offer_id = await an_offer(vendor, 20)
    changes = [("set", chance.randrange(30)) for _ in range(15)]
    changes += [("adjust", chance.randrange(-15, 15) or 1) for _ in range(25)]
    chance.shuffle(changes)

    answers = await asyncio.gather(*(changed(vendor, offer_id, change) for change in changes))

    assert {answer.status_code for answer in answers} <= {200, 409}
    refused = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert set(refused) <= {"below_reserved"}
    assert await on_hand_by_its_movements(database, offer_id) >= 0


async def test_of_counts_on_one_assumption_exactly_one_is_taken(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    offer_id = await an_offer(vendor, 5)

    answers = await asyncio.gather(
        *(counted(vendor, offer_id, 10 + n, if_on_hand=5) for n in range(20))
    )

    taken = [answer for answer in answers if answer.status_code == 200]
    assert len(taken) == 1
    told = {(a.json()["code"], a.json()["on_hand"]) for a in answers if a.status_code == 409}
    assert told == {("stock_changed", taken[0].json()["on_hand"])}
    assert await on_hand_by_its_movements(database, offer_id) == taken[0].json()["on_hand"]


async def test_less_than_what_is_reserved_is_refused_and_as_much_is_not(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    offer_id = await an_offer(vendor, 10)
    await database.execute(RESERVE, offer_id, 4)

    below = await counted(vendor, offer_id, 3)
    lost = await adjusted(vendor, offer_id, -7)
    exact = await counted(vendor, offer_id, 4)

    for refused in (below, lost):
        assert (refused.status_code, refused.json()["code"]) == (409, "below_reserved")
        assert (refused.json()["reserved"], refused.json()["on_hand"]) == (4, 10)
    assert exact.status_code == 200
    assert (exact.json()["reserved"], exact.json()["available"]) == (4, 0)
    await database.execute(RESERVE, offer_id, 0)
    assert await on_hand_by_its_movements(database, offer_id) == 4


async def test_a_count_that_changes_nothing_leaves_no_movement(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    offer_id = await an_offer(vendor, 5)

    same, none = await counted(vendor, offer_id, 5), await adjusted(vendor, offer_id, 0)

    assert (same.status_code, none.status_code) == (200, 200)
    assert "plaza-consistency" not in same.headers
    assert len(await database.fetch(MOVEMENTS, offer_id)) == 1


async def test_a_vendors_first_products_at_once_share_one_default_location(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()

    await asyncio.gather(*(vendor.creates_product() for _ in range(10)))

    locations = "SELECT count(*) FROM inventory.location WHERE vendor_id = $1"
    assert await database.fetchval(locations, UUID(vendor.id)) == 1
    places = (
        "SELECT count(DISTINCT location_id), count(*) FROM inventory.stock WHERE vendor_id = $1"
    )
    assert tuple(await database.fetchrow(places, UUID(vendor.id)) or ()) == (1, 10)


async def test_no_more_comes_in_than_a_count_could_name(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    offer_id = await an_offer(vendor, stock=1)

    refused = await adjusted(vendor, offer_id, 1_000_000_000)

    assert (refused.status_code, refused.json()["code"]) == (422, "too_much_stock")
