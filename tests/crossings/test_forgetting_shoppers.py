"""Who has bought something is named in one place, and forgotten there."""

import json
import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from actors import PASSWORD, Marketplace, Person
from conftest import ADMIN_URL
from contexts.identity.links import account_id_of
from isolation.tables import TABLES, is_caught_up
from plaza.settings import Settings
from shopping import ADDRESS, EMAIL, Order, a_cart, an_offer

BOOK = "/v1/account/addresses"
ADDRESSES = """
    SELECT to_jsonb(a) - ARRAY['id', 'account_id', 'cart_id', 'order_id', 'created_at'] AS said
    FROM ordering.address a WHERE account_id = $1 OR order_id = ANY ($2::uuid[])
"""
CARTS = "SELECT count(*) FROM ordering.cart WHERE account_id = $1"
LINES = "SELECT count(*) FROM ordering.order_line WHERE order_id = $1"


@pytest_asyncio.fixture(loop_scope="session")
async def everything(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The superuser's connection, which no policy holds."""
    name = urlsplit(str(settings.database_url)).path.removeprefix("/")
    connection = await asyncpg.connect(os.environ[ADMIN_URL], database=name)
    yield connection
    await connection.close()


async def tables_with(everything: asyncpg.Connection, word: str) -> set[str]:
    """The tables in which the word stands, as a text or in bytes."""
    found = set()
    for (table,) in await everything.fetch(TABLES):
        where = "strpos(lower(t::text), lower($1)) > 0 OR strpos(t::text, $2) > 0"
        exists = f"SELECT EXISTS (SELECT FROM {table} t WHERE {where})"
        if await everything.fetchval(exists, word, word.encode().hex()):
            found.add(table)
    return found


async def an_order(marketplace: Marketplace, person: Person | None = None, **where: Any) -> Order:
    offer = await an_offer(await marketplace.a_vendor())
    address = ADDRESS | {"email": EMAIL} | where
    return await (await a_cart(marketplace, {offer: 2}, person, address=address)).buys()


async def erases(person: Person) -> tuple[int, dict[str, Any]]:
    answer = await person.post("/v1/account/erase", {"password": PASSWORD})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("who", ["guest", "account"])
async def test_a_purchase_names_its_buyer_where_it_can_be_forgotten_and_nowhere_else(
    marketplace: Marketplace, everything: asyncpg.Connection, who: str
) -> None:
    canary = f"canary{uuid4().hex}"
    offers = [await an_offer(await marketplace.a_vendor()) for _ in range(2)]
    person = await marketplace.a_shopper() if who == "account" else None
    where = {"name": f"{canary} N", "line1": f"{canary} S", "phone": canary, "city": canary}
    address = ADDRESS | where | {"email": f"{canary}@plaza.example"}
    if person is not None:
        key = {"idempotency-key": str(uuid4())}
        assert (await person.post(BOOK, ADDRESS | where, headers=key)).status_code == 201

    cart = await a_cart(marketplace, {offers[0]: 1, offers[1]: 2}, person, address=address)
    declined = await cart.completes("tok_decline")
    assert declined.status_code == 422, declined.text
    order = await cart.buys(email=f"{canary}@plaza.example")
    shown = await order.shown()
    assert (await order.is_canceled("changed_mind")).status_code == 200
    await marketplace.until(lambda: is_caught_up(everything))

    assert shown["address"]["name"] == f"{canary} N"
    assert await tables_with(everything, canary) == {"ordering.address"}


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_what_is_kept_for_repeats_of_a_carts_commands_names_nobody(
    marketplace: Marketplace,
    everything: asyncpg.Connection,
    is_claimed: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    canary, offer = f"canary{uuid4().hex}", await an_offer(await marketplace.a_vendor())
    where = ADDRESS | {"name": canary, "email": f"{canary}@plaza.example"}
    cart = await a_cart(marketplace, {offer: 1}, address=where)
    body: dict[str, Any] = {"offer_id": offer, "quantity": 1}
    person, path = (
        (await marketplace.a_shopper(), "claim") if is_claimed else (cart.person, "lines")
    )
    headers = cart.headers | {"idempotency-key": str(uuid4())}

    sent = (f"{cart.path}/{path}", None if is_claimed else body)
    first = await person.post(*sent, headers=headers)
    again = await person.post(*sent, headers=headers)

    assert first.json()["address"]["name"] == canary
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert await tables_with(everything, canary) == {"ordering.address"}


async def test_what_an_erased_account_bought_stays_without_its_buyer(
    marketplace: Marketplace, everything: asyncpg.Connection
) -> None:
    canary = f"canary{uuid4().hex}"
    shopper = await marketplace.a_shopper()
    account_id = await account_id_of(everything, shopper.email)
    where = {"name": canary, "line1": canary}
    await shopper.post(BOOK, ADDRESS | where)
    offer = await an_offer(await marketplace.a_vendor())
    order = await an_order(marketplace, shopper, **where, email=f"{canary}@plaza.example")
    await a_cart(marketplace, {offer: 1}, shopper, address=ADDRESS | where)
    assert await tables_with(everything, canary) == {"ordering.address"}

    assert await erases(shopper) == (200, {"status": "erased"})

    assert await tables_with(everything, canary) == set()
    (left,) = await everything.fetch(ADDRESSES, account_id, [UUID(order.id)])
    said = json.loads(left["said"])
    assert {name for name, value in said.items() if value is not None} == {"erased_at"}
    assert await everything.fetchval(CARTS, account_id) == 0
    assert await everything.fetchval(LINES, UUID(order.id)) == 1


async def test_who_waits_for_a_payment_is_erased_when_that_is_over(
    marketplace: Marketplace,
) -> None:
    shopper, offer = await marketplace.a_shopper(), await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1}, shopper)
    pending = await cart.completes("tok_action_required")
    assert (pending.status_code, pending.json()["status"]) == (202, "pending")

    refused = await erases(shopper)
    canceled = await shopper.post(f"/v1/orders/{pending.json()['order_id']}/cancel", {})
    erased = await erases(shopper)

    assert (refused[0], refused[1]["code"]) == (409, "open_obligations")
    (obligation,) = refused[1]["obligations"]
    assert (obligation["kind"], obligation["name"]) == ("pending_order", pending.json()["number"])
    assert obligation["id"] == pending.json()["order_id"]
    assert canceled.status_code == 200, canceled.text
    assert erased[0] == 200


async def test_the_export_lists_addresses_carts_and_orders_and_nobody_elses(
    marketplace: Marketplace,
) -> None:
    shopper, stranger = await marketplace.a_shopper(), await marketplace.a_shopper()
    await shopper.post(BOOK, ADDRESS)
    order = await an_order(marketplace, shopper, line2="Flat 3", email="ada@work.example")
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 3}, shopper, address=ADDRESS)

    own, theirs = [
        (await person.get("/v1/account/export")).json() for person in (shopper, stranger)
    ]

    assert [address["line1"] for address in own["addresses"]] == [ADDRESS["line1"]]
    (bought,) = own["orders"]
    assert (bought["id"], bought["number"]) == (order.id, order.answer.json()["number"])
    assert (bought["status"], bought["total"]) == ("placed", order.answer.json()["total"])
    assert bought["placed_at"] is not None
    assert (bought["email"], bought["address"]["line2"]) == ("ada@work.example", "Flat 3")
    carts = {held["id"]: held for held in own["carts"]}
    assert carts[cart.id]["status"] == "open"
    (line,) = carts[cart.id]["lines"]
    assert (line["offer_id"], line["quantity"]) == (offer, 3)
    assert carts[cart.id]["address"]["city"] == ADDRESS["city"]
    assert [theirs[name] for name in ("addresses", "carts", "orders")] == [[], [], []]


async def test_an_operator_has_a_guest_forgotten_and_the_journal_says_who_did(
    marketplace: Marketplace, everything: asyncpg.Connection
) -> None:
    operator, canary = await marketplace.operator(), f"canary{uuid4().hex}"
    email = f"{canary}@plaza.example"
    order = await an_order(marketplace, name=canary, line1=canary, email=email)
    other = await an_order(marketplace)
    path = f"/v1/operations/orders/{order.id}/erase-address"
    assert await tables_with(everything, canary) == {"ordering.address"}

    first, again = await operator.post(path), await operator.post(path)
    shown = await order.shown()

    assert (first.status_code, first.json()["order_id"]) == (200, order.id)
    assert again.json() == first.json()
    assert await tables_with(everything, canary) == set()
    assert (shown["address"], shown["email"], shown["status"]) == (None, None, "placed")
    assert (await other.shown())["address"]["name"] == ADDRESS["name"]
    audit = (await operator.get("/v1/operations/audit?limit=50")).json()["items"]
    told = [entry for entry in audit if entry["path"] == path]
    assert [entry["operation"] for entry in told] == ["eraseOrderAddress"] * 2
    assert {entry["actor"].partition(":")[0] for entry in told} == {"account"}


async def test_nobody_but_an_operator_has_others_forgotten(marketplace: Marketplace) -> None:
    order, operator = await an_order(marketplace), await marketplace.operator()
    path = f"/v1/operations/orders/{order.id}/erase-address"

    refused = await marketplace.anybody.post(path, headers=order.headers)
    shopper = await (await marketplace.a_shopper()).post(path)
    nothing = await operator.post(f"/v1/operations/orders/{uuid4()}/erase-address")

    assert (refused.status_code, shopper.status_code, nothing.status_code) == (401, 403, 404)
    assert (await order.shown())["address"]["name"] == ADDRESS["name"]
