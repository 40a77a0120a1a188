"""Changes of what somebody else changed meanwhile."""

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace, Person, Vendor
from writing.watching import count_of

RIVALS = 60


async def title_of(database: asyncpg.Connection, product_id: str) -> tuple[str, int]:
    query = "SELECT title, version FROM catalog.product WHERE id = $1"
    row = await database.fetchrow(query, product_id)
    assert row is not None
    return row["title"], row["version"]


async def facts_about(database: asyncpg.Connection, product_id: str) -> int:
    return await count_of(
        database, "outbox.event", "aggregate_type = 'product' AND aggregate_id = $1", product_id
    )


# fault 47
async def test_a_stale_version_is_412_and_nothing_is_written(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    created = await vendor.creates_product(title="Oak chair")
    path = f"{vendor.path}/products/{created['id']}"

    first = await vendor.patch(path, {"title": "Ash chair"}, version=1)
    stale = await vendor.patch(path, {"title": "Elm chair"}, version=1)

    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert first.headers["etag"] == '"2"'
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.json()["current_version"] == 2
    assert await title_of(database, created["id"]) == ("Ash chair", 2)
    assert await facts_about(database, created["id"]) == 2


# fault 47
async def test_without_a_version_it_is_428_and_nothing_is_written(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()
    created = await vendor.creates_product(title="Oak chair")
    offer = f"{vendor.path}/offers/{created['variants'][0]['offer_id']}"
    category = await operator.post("/v1/categories", {"name": "Lamps", "slug": uuid4().hex})

    answers = [
        await vendor.patch(f"{vendor.path}/products/{created['id']}", {"title": "Elm chair"}),
        await vendor.patch(offer, {"price": {"amount_minor": 1, "currency": "GBP"}}),
        await vendor.client.delete(offer),
        await operator.patch(f"/v1/categories/{category.json()['id']}", {"name": "Lights"}),
    ]

    told = {(answer.status_code, answer.json()["code"]) for answer in answers}
    assert told == {(428, "version_required")}
    assert await title_of(database, created["id"]) == ("Oak chair", 1)
    assert await facts_about(database, created["id"]) == 1


@pytest.mark.parametrize("tag", ["1", "*", 'W/"1"', '"1", "2"', '"-1"', '"x"', ""])
async def test_what_is_no_version_is_400(marketplace: Marketplace, tag: str) -> None:
    vendor = await marketplace.an_applicant()
    created = await vendor.creates_product()

    answer = await vendor.client.patch(
        f"{vendor.path}/products/{created['id']}",
        json={"title": "Elm chair"},
        headers={"if-match": tag},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_if_match")


# fault 48
async def test_of_many_changes_of_one_version_exactly_one_wins(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    created = await vendor.creates_product()
    path = f"{vendor.path}/products/{created['id']}"

    answers = await asyncio.gather(
        *(vendor.patch(path, {"title": f"Chair {n}"}, version=1) for n in range(RIVALS))
    )

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: 1, 412: RIVALS - 1}
    assert {a.json()["current_version"] for a in answers if a.status_code == 412} == {2}
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert await title_of(database, created["id"]) == (f"Chair {winner}", 2)
    assert await facts_about(database, created["id"]) == 2


# fault 48
async def test_of_many_prices_for_one_version_exactly_one_wins(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    created = await vendor.creates_product()
    offer_id = created["variants"][0]["offer_id"]

    answers = await asyncio.gather(*(_price(vendor, offer_id, n) for n in range(RIVALS)))

    assert Counter(answers) == {200: 1, 412: RIVALS - 1}
    price = "SELECT amount_minor FROM catalog.offer_price WHERE offer_id = $1"
    assert await database.fetchval(price, offer_id) == answers.index(200)


async def _price(vendor: Vendor, offer_id: str, amount_minor: int) -> int:
    price = {"amount_minor": amount_minor, "currency": "GBP"}
    answer = await vendor.patch(f"{vendor.path}/offers/{offer_id}", {"price": price}, version=1)
    return answer.status_code


# fault 48
async def test_of_many_moves_of_a_status_without_a_version_one_is_made_the_rest_conflict(
    marketplace: Marketplace,
) -> None:
    vendor, operator = await marketplace.an_applicant(), await marketplace.operator()

    answers = await asyncio.gather(*(_approve(operator, vendor) for _ in range(20)))

    assert Counter(answers) == {(200, None): 1, (409, "illegal_transition"): 19}


async def _approve(operator: Person, vendor: Vendor) -> tuple[int, str | None]:
    answer = await operator.post(f"{vendor.path}/approve")
    return answer.status_code, answer.json().get("code")
