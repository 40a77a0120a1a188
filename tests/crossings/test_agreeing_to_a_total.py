"""What a shopper agrees to by completing a cart, and who may repeat that."""

from uuid import UUID, uuid4

import asyncpg

from actors import Marketplace
from shopping import a_cart, an_offer, order_of


async def test_the_same_amount_of_other_money_is_another_total(marketplace: Marketplace) -> None:
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace, {offer: 1})

    refused = await cart.completes(expected_total=cart.total | {"currency": "EUR"})

    assert (refused.status_code, refused.json()["code"]) == (409, "cart_changed")
    assert refused.json()["current_total"] == cart.total
    assert (await cart.completes()).status_code == 201


async def test_a_price_that_has_changed_is_agreed_to_by_the_present_total(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    cheaper, dearer = [await an_offer(vendor, price=1000) for _ in range(2)]
    cart = await a_cart(marketplace, {cheaper: 1, dearer: 1})
    for offer, amount in ((cheaper, 900), (dearer, 1100)):
        price = {"amount_minor": amount, "currency": "GBP"}
        changed = await vendor.patch(f"{vendor.path}/offers/{offer}", {"price": price}, version=1)
        assert changed.status_code == 200
    problems = {problem["code"] for problem in (await cart.shown())["problems"]}
    assert problems == {"price_changed"}

    order = await cart.buys()

    shown = await order.shown()
    lines = [line for part in shown["vendor_orders"] for line in part["lines"]]
    assert sorted(line["unit_price"]["amount_minor"] for line in lines) == [900, 1100]
    assert shown["total"] == cart.total


async def test_what_had_been_short_is_bought_once_it_is_there_again(
    marketplace: Marketplace,
) -> None:
    vendor = await marketplace.a_vendor()
    offer = await an_offer(vendor, stock=1)
    cart = await a_cart(marketplace, {offer: 2})
    short = await cart.completes()
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_stock")

    put = await vendor.client.put(f"{vendor.path}/offers/{offer}/stock", json={"on_hand": 2})
    assert put.status_code == 200, put.text

    assert (await cart.completes()).status_code == 201


async def test_a_guests_completion_is_repeated_by_who_shows_the_same_secret_only(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer, key = await an_offer(await marketplace.a_vendor()), str(uuid4())
    cart, other = [await a_cart(marketplace, {offer: 1}) for _ in range(2)]
    first = await cart.completes(key=key)
    mine = cart.headers
    assert first.status_code == 201

    cart.headers = other.headers
    stranger = await cart.completes(key=key)
    cart.headers = {}
    nobody = await cart.completes(key=key)
    cart.headers = mine
    again = await cart.completes(key=key)

    assert [stranger.status_code, nobody.status_code] == [401, 401]
    assert again.content == first.content
    # What is kept for repeats cannot be read without the key.
    secret = order_of(cart.person, first).headers["plaza-order-secret"].encode()
    kept = await database.fetchval(
        "SELECT count(*) FROM writing.idempotency WHERE position($1 IN body) > 0", secret
    )
    assert kept == 0


async def test_a_log_in_repeats_its_completion_whatever_secret_is_shown_beside_it(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer, key = await an_offer(await marketplace.a_vendor()), str(uuid4())
    cart = await a_cart(marketplace, {offer: 1}, await marketplace.a_shopper())
    first = await cart.completes(key=key)
    cart.headers = {"plaza-cart-secret": "left over from another cart"}

    again = await cart.completes(key=key)

    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.content == first.content
    orders = "SELECT count(*) FROM ordering.order_group WHERE cart_id = $1"
    assert await database.fetchval(orders, UUID(cart.id)) == 1
