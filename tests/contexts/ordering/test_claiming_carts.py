"""Who logs in takes the guest's cart along, and what lay in their own comes into it."""

import asyncio
from uuid import uuid4

import asyncpg

from actors import Marketplace
from contexts.ordering.an_address import an_address
from contexts.ordering.carts import a_cart, an_offer, quantities, told
from writing.watching import count_of


async def test_the_latest_cart_of_the_account_is_merged_in(marketplace: Marketplace) -> None:
    vendor, shopper = await marketplace.a_vendor(), await marketplace.a_shopper()
    both, guests, own = [await an_offer(vendor) for _ in range(3)]
    older = await a_cart(shopper, (own, 1))
    latest = await a_cart(shopper, (both, 4), (own, 2))
    cart = await a_cart(marketplace.anybody, (both, 1), (guests, 1))

    claimed = told(await cart.claimed_by(shopper))

    assert quantities(claimed) == {both: 1, guests: 1, own: 2}
    assert (await latest.shows())["status"] == "merged"
    assert quantities(await latest.shows()) == {}
    assert quantities(await older.shows()) == {own: 1}
    refused = await latest.adds(own)
    assert (refused.status_code, refused.json()["code"]) == (409, "cart_completed")


async def test_an_empty_cart_does_not_hide_an_older_one(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    offer = await an_offer(await marketplace.a_vendor())
    older = await a_cart(shopper, (offer, 2))
    empty = await a_cart(shopper)
    cart = await a_cart(marketplace.anybody)

    assert quantities(told(await cart.claimed_by(shopper))) == {offer: 2}
    assert (await older.shows())["status"] == "merged"
    assert (await empty.shows())["status"] == "open"


async def test_carts_in_another_currency_stay_apart(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    euros = await an_offer(
        await marketplace.a_vendor(), price={"amount_minor": 100, "currency": "EUR"}
    )
    own = await a_cart(shopper, (euros, 1), currency="EUR")
    cart = await a_cart(marketplace.anybody)

    assert quantities(told(await cart.claimed_by(shopper))) == {}
    assert quantities(await own.shows()) == {euros: 1}


async def test_claiming_twice_is_as_claiming_once(marketplace: Marketplace) -> None:
    shopper = await marketplace.a_shopper()
    offer = await an_offer(await marketplace.a_vendor())
    cart = await a_cart(marketplace.anybody, (offer, 1))

    first = told(await cart.claimed_by(shopper))
    later = await a_cart(shopper)
    again = told(await cart.claimed_by(shopper))

    assert quantities(first) == quantities(again) == {offer: 1}
    assert (await later.shows())["status"] == "open"


async def test_addresses_come_along(marketplace: Marketplace, database: asyncpg.Connection) -> None:
    shopper = await marketplace.a_shopper()
    own = await a_cart(shopper, address=an_address(name="Of the account"))
    bare = await a_cart(marketplace.anybody)
    addressed = await a_cart(marketplace.anybody, address=an_address(name="Of the guest"))

    first = told(await bare.claimed_by(shopper))
    second = told(await addressed.claimed_by(shopper))

    assert first["address"]["name"] == "Of the account"
    assert second["address"]["name"] == "Of the guest"
    held = [cart.id for cart in (own, bare, addressed)]
    where = "cart_id = ANY ($1) AND account_id IS NOT NULL"
    assert await count_of(database, "ordering.address", where, held) == 1


async def test_two_carts_claimed_at_once_become_one(marketplace: Marketplace) -> None:
    shopper, vendor = await marketplace.a_shopper(), await marketplace.a_vendor()
    offers = [await an_offer(vendor) for _ in range(5)]
    carts = [await a_cart(marketplace.anybody, (offer, 1)) for offer in offers]

    answers = await asyncio.gather(*(cart.claimed_by(shopper) for cart in carts))

    assert {answer.status_code for answer in answers} == {200}
    shown = [told(await shopper.get(cart.path)) for cart in carts]
    (left,) = [cart for cart in shown if cart["status"] == "open"]
    assert quantities(left) == dict.fromkeys(offers, 1)


async def test_nobody_claims_for_nobody(marketplace: Marketplace) -> None:
    cart = await a_cart(marketplace.anybody)

    assert (await cart.claimed_by(marketplace.anybody)).status_code == 401
    answer = await marketplace.anybody.post(f"/v1/carts/{uuid4()}/claim")
    assert answer.status_code == 401
