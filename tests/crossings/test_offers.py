"""Several vendors offer one variant, each with a price and stock of its own."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from actors import Marketplace, Vendor, a_variant
from writing.watching import until, waiting_for_locks

OFFERS = "SELECT count(*) FROM catalog.offer WHERE vendor_id = $1"
CLOSE = "UPDATE vendors.vendor SET status = 'closed', version = version + 1 WHERE id = $1"
STOCK = "SELECT vendor_id::text, on_hand FROM inventory.stock WHERE variant_id = $1"


async def offered(vendor: Vendor, variant_id: str, **changes: Any) -> httpx.Response:
    price = {"amount_minor": 4500, "currency": "GBP"}
    form = {"variant_id": variant_id, "price": price, "stock": 2} | changes
    return await vendor.post(f"{vendor.path}/offers", form)


async def test_a_published_variant_is_offered_by_another_vendor_with_its_own_stock(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    author, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    product = await author.lists_product()
    variant_id = product["variants"][0]["id"]

    answer = await offered(other, variant_id)

    assert answer.status_code == 201
    assert answer.json()["product_id"] == product["id"]
    assert (answer.json()["version"], answer.headers["etag"]) == (1, '"1"')
    stock = {tuple(row) for row in await database.fetch(STOCK, variant_id)}
    assert stock == {(author.id, 5), (other.id, 2)}


async def test_a_vendor_offers_a_variant_once_and_again_after_withdrawing(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    own = (await vendor.creates_product())["variants"][0]

    twice = await offered(vendor, own["id"])
    await vendor.client.delete(
        f"{vendor.path}/offers/{own['offer_id']}", headers={"if-match": '"1"'}
    )
    again = await offered(vendor, own["id"])

    assert (twice.status_code, twice.json()["code"]) == (409, "already_offered")
    assert twice.json()["detail"] == "Change the offer that there is."
    assert again.status_code == 201
    assert again.json()["id"] != own["offer_id"]
    assert len(await database.fetch(STOCK, own["id"])) == 2


async def test_of_many_offers_at_once_one_is_made(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    author, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    variant_id = (await author.lists_product())["variants"][0]["id"]

    answers = await asyncio.gather(*(offered(other, variant_id) for _ in range(10)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 9}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"already_offered"}
    assert len(await database.fetch(STOCK, variant_id)) == 2


async def test_what_is_no_longer_published_cannot_be_offered_by_others(
    marketplace: Marketplace,
) -> None:
    author, other = await marketplace.a_vendor(), await marketplace.a_vendor()
    product = await author.lists_product()
    await author.post(f"{author.path}/products/{product['id']}/unpublish")

    hidden = await offered(other, product["variants"][0]["id"])
    missing = await offered(other, str(uuid4()))

    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() | {"trace_id": ""} == missing.json() | {"trace_id": ""}


async def test_a_closed_vendor_describes_and_offers_nothing_more(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    author, vendor = await marketplace.a_vendor(), await marketplace.a_vendor()
    product = await author.lists_product()
    assert (await vendor.post(f"{vendor.path}/close")).status_code == 200

    refused = [
        await offered(vendor, product["variants"][0]["id"]),
        await vendor.post(f"{vendor.path}/products", {"title": "Late", "variants": [a_variant()]}),
    ]

    assert [told(answer) for answer in refused] == [(409, "vendor_closed")] * 2
    assert await database.fetchval(OFFERS, vendor.id) == 0


async def test_of_a_vendor_that_closes_meanwhile_no_offer_is_left(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    author, vendor = await marketplace.a_vendor(), await marketplace.a_vendor()
    product = await author.lists_product()

    async with database.transaction():
        await database.execute(CLOSE, vendor.id)
        offering = asyncio.create_task(offered(vendor, product["variants"][0]["id"]))
        await until(lambda: waiting_for_locks(database))

    assert told(await offering) == (409, "vendor_closed")
    assert await database.fetchval(OFFERS, vendor.id) == 0


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
