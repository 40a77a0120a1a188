"""What catalogue, inventory and vendors do together or not at all."""

from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace, Vendor, a_variant
from writing.watching import count_of

TABLES = ("catalog.product", "catalog.variant", "catalog.offer", "inventory.stock")
STOCK = """
    SELECT s.on_hand FROM inventory.stock s JOIN catalog.variant v ON v.id = s.variant_id
    WHERE s.vendor_id = $1 ORDER BY v.rank
"""


async def counts(database: asyncpg.Connection, vendor: Vendor) -> list[int]:
    tables = (*TABLES, "inventory.movement", "outbox.event")
    of_vendor = "vendor_id = $1 AND {}".format
    return [
        await count_of(
            database,
            table,
            of_vendor(
                "aggregate_type NOT IN ('vendor', 'member')" if table == "outbox.event" else "true"
            ),
            vendor.id,
        )
        for table in tables
    ]


async def test_a_product_comes_with_an_offer_and_stock_of_every_variant(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.an_applicant()
    variants = [a_variant(option_values={"Size": size}, stock=n) for n, size in enumerate("SML")]

    created = await vendor.creates_product(options=["Size"], variants=variants)

    assert len(created["variants"]) == 3
    assert await counts(database, vendor) == [1, 3, 3, 3, 3, 8]
    assert [row["on_hand"] for row in await database.fetch(STOCK, vendor.id)] == [0, 1, 2]


@pytest.mark.parametrize("key", [None, "keyed"])
async def test_what_one_of_them_refuses_none_of_them_does(
    marketplace: Marketplace, database: asyncpg.Connection, key: str | None
) -> None:
    vendor = await marketplace.an_applicant()
    refused_by_inventory = """
        CREATE FUNCTION public.refuse_stock() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '23514'; END $$;
        CREATE TRIGGER refuse_stock BEFORE INSERT ON inventory.stock
            FOR EACH ROW WHEN (NEW.on_hand = 424242) EXECUTE FUNCTION public.refuse_stock()
    """
    await database.execute(refused_by_inventory)
    headers = {} if key is None else {"idempotency-key": uuid4().hex}

    try:
        answer = await vendor.post(
            f"{vendor.path}/products",
            {"title": "Mug", "variants": [a_variant(stock=424242)]},
            headers=headers,
        )
    finally:
        await database.execute(
            "DROP TRIGGER refuse_stock ON inventory.stock; DROP FUNCTION public.refuse_stock"
        )

    assert (answer.status_code, answer.json()["code"]) == (409, "constraint_violated")
    assert await counts(database, vendor) == [0] * 6


@pytest.mark.parametrize("standing", ["applied", "rejected", "suspended", "closed"])
async def test_only_an_approved_vendor_publishes(
    marketplace: Marketplace, database: asyncpg.Connection, standing: str
) -> None:
    vendor = await marketplace.an_applicant()
    product = await vendor.creates_product()
    await database.execute(
        "UPDATE vendors.vendor SET status = $2 WHERE id = $1", vendor.id, standing
    )

    answer = await vendor.post(f"{vendor.path}/products/{product['id']}/publish")

    assert (answer.status_code, answer.json()["code"]) == (409, "vendor_not_approved")
    assert answer.json()["vendor_status"] == standing
    status = "SELECT status FROM catalog.product WHERE id = $1"
    assert await database.fetchval(status, product["id"]) == "draft"
    published = "type = 'catalog.product_published.v1' AND aggregate_id = $1"
    assert await count_of(database, "outbox.event", published, product["id"]) == 0


async def test_a_product_is_published_unpublished_and_published_again(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    path = f"{vendor.path}/products/{(await vendor.creates_product())['id']}"

    steps = ("publish", "publish", "unpublish", "unpublish", "publish")
    answers = [await vendor.post(f"{path}/{step}") for step in steps]

    assert [answer.status_code for answer in answers] == [200, 409, 200, 409, 200]
    assert [answer.json()["status"] for answer in answers[::2]] == [
        "published",
        "unpublished",
        "published",
    ]
    again = answers[1].json()
    assert (again["code"], again["from"], again["to"]) == (
        "illegal_transition",
        "published",
        "published",
    )
    assert again["allowed"] == ["unpublished", "suspended"]


# fault 76
@pytest.mark.parametrize(
    ("count", "status", "code"), [(50, 422, "invalid_variants"), (51, 400, "invalid_input")]
)
async def test_a_variants_values_are_counted_before_they_are_read(
    marketplace: Marketplace, count: int, status: int, code: str
) -> None:
    vendor = await marketplace.an_applicant()
    values = {f"Option {number}": "x" for number in range(count)}
    form = {"title": "Mug", "options": ["Size"], "variants": [a_variant(option_values=values)]}

    answer = await vendor.post(f"{vendor.path}/products", form)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
