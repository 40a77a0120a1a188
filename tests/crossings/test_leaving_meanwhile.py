"""A person is erased while something of theirs is still under way."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
import pytest

from actors import PASSWORD, Marketplace, Person
from contexts.identity.links import account_id_of
from contexts.vendors.people import a_member, a_verified_person, accepting, invited, token_of
from plaza.settings import Settings
from shopping import ADDRESS, EMAIL, a_cart, an_offer
from writing.watching import until, waiting_for_locks, watching

VENDOR = "SELECT FROM vendors.vendor WHERE id = $1 FOR UPDATE"
APPROVE = "UPDATE vendors.vendor SET status = 'approved' WHERE id = $1"
SECOND_FACTORS = "LOCK TABLE identity.totp IN SHARE MODE"
INVITATION = "SELECT id FROM vendors.invitation WHERE vendor_id = $1"
MEMBERS = "SELECT count(*) FROM vendors.member WHERE account_id = $1"
STOCK = "LOCK TABLE inventory.stock IN ACCESS EXCLUSIVE MODE"
ADDRESSES = "SELECT name FROM ordering.address WHERE account_id = $1"
LEFT = "SELECT count(*) FROM identity.totp WHERE account_id = $1"
CARTS = "SELECT FROM ordering.cart WHERE account_id = $1 FOR UPDATE"
ACCOUNT = "SELECT FROM identity.account WHERE id = $1 FOR UPDATE"
NEW_VENDORS = "LOCK TABLE vendors.vendor IN SHARE MODE"
OWNERS = "SELECT count(*) FROM vendors.member WHERE vendor_id = $1 AND role = 'owner'"
ERASE = "/v1/account/erase"


async def until_waiting(database: asyncpg.Connection, count: int) -> None:
    async def are_waiting() -> bool:
        return await waiting_for_locks(database) >= count

    await until(are_waiting)


async def test_who_is_erased_while_they_join_a_vendor_works_for_none(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner, person = await marketplace.a_vendor(), await a_verified_person(marketplace, database)
    account_id = await account_id_of(database, person.email)
    invitation = await invited(owner, person.email, "owner")
    token = token_of(marketplace, invitation["id"])

    async with watching(settings) as other, other.transaction():
        await other.execute(VENDOR, owner.id)
        joining = asyncio.create_task(accepting(person, token))
        await until_waiting(other, 1)
        erasing = asyncio.create_task(person.post(ERASE, {"password": PASSWORD}))
        await until_waiting(other, 2)

    assert (await joining).status_code == 201
    assert (await erasing).status_code == 200
    assert await database.fetchval(MEMBERS, account_id) == 0


async def test_who_becomes_the_only_owner_of_a_vendor_meanwhile_is_not_erased(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    operator, person = (
        await marketplace.operator(),
        await a_verified_person(marketplace, database),
    )
    form = {"email": person.email, "currency": "GBP"}
    vendor = (await operator.post("/v1/operations/vendors/invite", form)).json()
    token = token_of(marketplace, await database.fetchval(INVITATION, vendor["id"]))
    await database.execute(APPROVE, vendor["id"])

    async with watching(settings) as other, other.transaction():
        await other.execute(VENDOR, vendor["id"])
        joining = asyncio.create_task(accepting(person, token))
        await until_waiting(other, 1)
        erasing = asyncio.create_task(person.post(ERASE, {"password": PASSWORD}))
        await until_waiting(other, 2)

    assert (await joining).status_code == 201
    refused = await erasing
    assert (refused.status_code, refused.json()["code"]) == (409, "open_obligations")


async def test_who_is_erased_while_they_set_up_an_app_leaves_no_secret(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)

    async with watching(settings) as other, other.transaction():
        await other.execute(SECOND_FACTORS)
        form = {"password": PASSWORD}
        enrolling = asyncio.create_task(shopper.post("/v1/account/totp", form))
        await until_waiting(other, 1)
        erasing = asyncio.create_task(shopper.post(ERASE, form))
        await until_waiting(other, 2)

    assert (await enrolling).status_code == 201
    assert (await erasing).status_code == 200
    assert await database.fetchval(LEFT, account_id) == 0


@pytest.mark.parametrize("how", ["begin a cart", "claim one"])
async def test_who_is_erased_while_they_fill_a_cart_leaves_no_address(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection, how: str
) -> None:
    offer, shopper = await an_offer(await marketplace.a_vendor()), await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)
    lines = [{"offer_id": offer, "quantity": 1}]
    path, body, headers = "/v1/carts", {"lines": lines, "address": ADDRESS | {"email": EMAIL}}, {}
    if how == "claim one":
        guests = await a_cart(marketplace, {offer: 1})
        path, body, headers = f"{guests.path}/claim", {}, guests.headers

    async with watching(settings) as other, other.transaction():
        await other.execute(STOCK)
        filling = asyncio.create_task(shopper.post(path, body, headers=headers))
        await until_waiting(other, 1)
        erasing = asyncio.create_task(shopper.post(ERASE, {"password": PASSWORD}))

        async def is_over_or_waiting() -> bool:
            return erasing.done() or await waiting_for_locks(other) >= 2

        await until(is_over_or_waiting)

    assert (await filling).is_success
    assert (await erasing).status_code == 200
    assert await database.fetch(ADDRESSES, account_id) == []


def application(person: Person) -> dict[str, str | None]:
    terms = {"name": "Late Ltd", "country": "GB", "currency": "GBP"}
    return terms | {"contact_email": person.email}


async def test_who_is_erased_while_they_apply_owns_no_vendor(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()

    async with watching(settings) as other, other.transaction():
        await other.execute(NEW_VENDORS)
        applying = asyncio.create_task(shopper.post("/v1/vendors", application(shopper)))
        await until_waiting(other, 1)
        erasing = asyncio.create_task(shopper.post(ERASE, {"password": PASSWORD}))

        async def is_over_or_waiting() -> bool:
            return erasing.done() or await waiting_for_locks(other) >= 2

        await until(is_over_or_waiting)

    vendor_id = (await applying).json()["id"]
    assert (await erasing).status_code == 200
    assert await database.fetchval(OWNERS, UUID(vendor_id)) == 0


async def test_who_is_erased_before_they_are_heard_applies_in_vain(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(database, shopper.email)

    async with watching(settings) as other, other.transaction():
        await other.execute(ACCOUNT, account_id)
        erasing = asyncio.create_task(shopper.post(ERASE, {"password": PASSWORD}))
        await until_waiting(other, 1)
        # Its guard has let it in, as one of another process would for up to a second.
        applying = asyncio.create_task(shopper.post("/v1/vendors", application(shopper)))
        await until_waiting(other, 2)

    assert (await erasing).status_code == 200
    assert (await applying).status_code == 401
    assert await database.fetchval(MEMBERS, account_id) == 0


async def test_nobody_leaves_a_vendor_to_who_is_being_erased(
    settings: Settings, marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    heir = await a_member(marketplace, database, owner, "staff")
    account_id = await account_id_of(database, heir.email)
    own_id = await account_id_of(database, owner.email)
    assert (await heir.post("/v1/carts", {})).status_code == 201

    async def hands_over() -> httpx.Response:
        path = f"{owner.path}/members"
        promoted = await owner.patch(f"{path}/{account_id}", {"role": "owner"})
        return await owner.client.delete(f"{path}/{own_id}") if promoted.is_success else promoted

    async with watching(settings) as other, other.transaction():
        await other.execute(CARTS, account_id)
        erasing = asyncio.create_task(heir.post(ERASE, {"password": PASSWORD}))
        await until_waiting(other, 1)
        leaving = asyncio.create_task(hands_over())

        async def is_over_or_waiting() -> bool:
            return leaving.done() or await waiting_for_locks(other) >= 2

        await until(is_over_or_waiting)

    assert (await erasing).status_code == 200
    assert (await leaving).status_code == 404
    assert await database.fetchval(OWNERS, UUID(owner.id)) == 1
