"""What is another vendor's is answered as what does not exist, to the byte."""

from uuid import uuid4

import asyncpg

from actors import Marketplace, Vendor
from contexts.asking import REQUESTS, ask, operations, told

BY_OPERATORS = {"approveVendor", "reinstateVendor", "rejectVendor", "suspendVendor"}
HASH = """
    SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
        SELECT p::text AS row FROM catalog.product p WHERE vendor_id = $1
        UNION ALL SELECT o::text FROM catalog.offer o WHERE vendor_id = $1
        UNION ALL SELECT c::text FROM catalog.offer_price c WHERE vendor_id = $1
        UNION ALL SELECT s::text FROM inventory.stock s WHERE vendor_id = $1
        UNION ALL SELECT m::text FROM inventory.movement m WHERE vendor_id = $1
        UNION ALL SELECT v::text FROM vendors.vendor v WHERE id = $1
        UNION ALL SELECT e::text FROM outbox.event e WHERE vendor_id = $1) AS owned
"""


def ids_of(vendor: Vendor, product: dict[str, object]) -> dict[str, str]:
    (variant,) = product["variants"]  # type: ignore[misc]
    return {
        "vendor": vendor.id,
        "product": str(product["id"]),
        "variant": variant["id"],
        "offer": variant["offer_id"],
    }


def missing() -> dict[str, str]:
    return {name: str(uuid4()) for name in ("vendor", "product", "variant", "offer")}


def test_every_operation_on_a_vendor_is_asked(marketplace: Marketplace) -> None:
    on_a_vendor = {
        operation_id
        for operation_id, handler in operations(marketplace).items()
        if any("{vendor:" in path for path in handler.paths)
    }

    assert on_a_vendor <= REQUESTS.keys()
    assert len(on_a_vendor) >= 16


# fault 64
async def test_another_vendor_is_answered_as_one_that_does_not_exist(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    foreign = ids_of(victim, await victim.creates_product())
    before = await database.fetchval(HASH, victim.id)

    for operation_id, asked in REQUESTS.items():
        if "{vendor}" not in asked.path:
            continue
        theirs = told(await ask(stranger, operation_id, foreign))
        nobodys = told(await ask(stranger, operation_id, missing()))
        assert theirs == nobodys, operation_id
        assert theirs[0] == (403 if operation_id in BY_OPERATORS else 404), operation_id

    assert await database.fetchval(HASH, victim.id) == before


# fault 64
async def test_what_is_another_vendors_is_not_there_in_ones_own_either(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    draft = ids_of(victim, await victim.creates_product())
    published = ids_of(victim, await victim.lists_product())
    before = await database.fetchval(HASH, victim.id)

    for operation_id, asked in REQUESTS.items():
        nested = "{product}" in asked.path or "{offer}" in asked.path
        if not nested:
            continue
        nobodys = told(await ask(stranger, operation_id, missing() | {"vendor": stranger.id}))
        assert nobodys[0] == 404, operation_id
        for foreign in (draft, published):
            theirs = told(await ask(stranger, operation_id, foreign | {"vendor": stranger.id}))
            assert theirs == nobodys, operation_id

    assert await database.fetchval(HASH, victim.id) == before


# fault 64
async def test_a_foreign_draft_cannot_be_offered_and_is_not_told_from_a_missing_one(
    marketplace: Marketplace,
) -> None:
    victim, stranger = await marketplace.a_vendor(), await marketplace.a_vendor()
    draft = ids_of(victim, await victim.creates_product())

    theirs = told(await ask(stranger, "createOffer", draft | {"vendor": stranger.id}))
    nobodys = told(await ask(stranger, "createOffer", missing() | {"vendor": stranger.id}))

    assert theirs == nobodys
    assert theirs[0] == 404


async def test_operators_are_told_of_a_vendor_that_does_not_exist(marketplace: Marketplace) -> None:
    operator = await marketplace.operator()

    for operation_id in BY_OPERATORS | {"closeVendor"}:
        status, body = told(await ask(operator, operation_id, missing()))
        assert (status, body["code"]) == (404, "not_found")
