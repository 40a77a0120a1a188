"""Where it is set so, carts reserve what lies in them, for a while."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace, open_marketplace
from contexts.ordering.carts import a_cart, an_offer, lines_of, problems, quantities, told
from plaza.settings import Settings

HELD = """
    SELECT coalesce(sum(quantity), 0)::int FROM inventory.reservation
    WHERE offer_id = $1 AND status = 'held'
"""
HELD_BY = HELD + " AND cart_id = $2"
RESERVED = "SELECT sum(reserved)::int FROM inventory.stock WHERE offer_id = $1"
LEFT_S = """
    SELECT extract(epoch FROM min(expires_at) - now())::float FROM inventory.reservation
    WHERE cart_id = $1 AND status = 'held'
"""
SOON_OVER = """
    UPDATE inventory.reservation SET expires_at = now() + interval '1 s' WHERE cart_id = $1
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reserving(settings: Settings) -> AsyncIterator[Marketplace]:
    changed = msgspec.structs.replace(settings, reserve_in_cart=True, cart_reservation_minutes=10)
    async with open_marketplace(changed) as opened:
        yield opened


async def test_what_lies_in_a_cart_is_held_for_it_and_for_nobody_else(
    reserving: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await reserving.a_vendor(), stock=5)
    first = await a_cart(reserving.anybody, (offer, 3))
    second = await a_cart(reserving.anybody, (offer, 3))

    assert problems(first.created) == problems(await first.shows()) == []
    (problem,) = second.created["problems"]
    assert (problem["code"], problem["available"]) == ("insufficient_stock", 2)
    held = [await database.fetchval(HELD_BY, offer, cart.id) for cart in (first, second)]
    assert held == [3, 2]
    assert await database.fetchval(RESERVED, offer) == 5


async def test_less_in_the_cart_is_less_that_is_held(
    reserving: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await reserving.a_vendor(), stock=5)
    cart = await a_cart(reserving.anybody, (offer, 5))
    (line,) = lines_of(cart.created)

    assert problems(told(await cart.changes(line["id"], 2))) == []
    assert await database.fetchval(HELD, offer) == 2
    told(await cart.removes(line["id"]))
    assert await database.fetchval(HELD, offer) == 0
    assert await database.fetchval(RESERVED, offer) == 0


async def test_every_command_renews_what_is_held(
    reserving: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await reserving.a_vendor()
    offer, other = await an_offer(vendor), await an_offer(vendor)
    cart = await a_cart(reserving.anybody, (offer, 1))
    await database.execute(SOON_OVER, cart.id)

    told(await cart.adds(other))

    assert 590 < await database.fetchval(LEFT_S, cart.id) <= 600


async def test_a_merged_cart_holds_nothing(
    reserving: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await reserving.a_vendor(), stock=4)
    shopper = await reserving.a_shopper()
    own = await a_cart(shopper, (offer, 4))
    cart = await a_cart(reserving.anybody)

    claimed = told(await cart.claimed_by(shopper))

    assert (quantities(claimed), problems(claimed)) == ({offer: 4}, [])
    held = [await database.fetchval(HELD_BY, offer, each.id) for each in (own, cart)]
    assert held == [0, 4]


@pytest.mark.parametrize("buckets", [1, 16])
async def test_many_carts_at_once_hold_no_more_than_there_is_and_none_is_refused(
    reserving: Marketplace, database: asyncpg.Connection, buckets: int
) -> None:
    vendor = await reserving.a_vendor()
    offer = await an_offer(vendor, stock=7)
    stocking = f"{vendor.path}/offers/{offer}/stocking"
    assert (await vendor.patch(stocking, {"buckets": buckets}, version=1)).status_code == 200
    carts = [await a_cart(reserving.anybody) for _ in range(24)]

    answers = await asyncio.gather(*(cart.adds(offer) for cart in carts))

    assert {answer.status_code for answer in answers} == {200}
    # Whoever has got none is told so at once.
    assert sum(problems(told(answer)) == [] for answer in answers) == 7
    free_of_problems = [
        cart for cart in [await cart.shows() for cart in carts] if quantities(cart) == {offer: 1}
    ]
    assert sum(problems(cart) == [] for cart in free_of_problems) == 7
    assert await database.fetchval(HELD, offer) == await database.fetchval(RESERVED, offer) == 7


async def test_by_default_nothing_is_held(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    offer = await an_offer(await marketplace.a_vendor(), stock=5)
    await a_cart(marketplace.anybody, (offer, 5))

    assert await database.fetchval(HELD, offer) == 0
