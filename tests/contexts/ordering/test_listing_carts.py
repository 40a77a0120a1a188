"""Who logs in on another device finds what they had begun."""

from datetime import UTC, datetime, timedelta

import asyncpg

from actors import Marketplace, Person
from contexts.ordering.carts import a_cart, an_offer

CARTS = "/v1/carts"
EXPIRE = "UPDATE ordering.cart SET expires_at = $2 WHERE id = $1"


async def listed(person: Person, **query: str | int) -> list[dict[str, object]]:
    answer = await person.get(CARTS, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_ones_open_carts_are_listed_the_latest_first(marketplace: Marketplace) -> None:
    shopper, vendor = await marketplace.a_shopper(), await marketplace.a_vendor()
    offer, another = await an_offer(vendor), await an_offer(vendor)
    empty = await a_cart(shopper)
    full = await a_cart(shopper, (offer, 2), (another, 3))
    await a_cart(marketplace.anybody, (offer, 1))
    await a_cart(await marketplace.a_shopper(), (offer, 1))

    found = await listed(shopper)

    assert [(cart["id"], cart["line_count"], cart["item_count"]) for cart in found] == [
        (full.id, 2, 5),
        (empty.id, 0, 0),
    ]
    assert {cart["status"] for cart in found} == {"open"}


async def test_what_was_merged_or_has_expired_is_not_listed(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    shopper, vendor = await marketplace.a_shopper(), await marketplace.a_vendor()
    expired = await a_cart(shopper)
    await database.execute(EXPIRE, expired.id, datetime.now(UTC) - timedelta(seconds=1))
    await a_cart(shopper, (await an_offer(vendor), 1))
    claimed = await a_cart(marketplace.anybody)
    await claimed.claimed_by(shopper)

    assert [cart["id"] for cart in await listed(shopper)] == [claimed.id]


async def test_guests_have_no_list(marketplace: Marketplace) -> None:
    assert (await marketplace.anybody.get(CARTS)).status_code == 401
