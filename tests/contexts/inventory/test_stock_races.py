"""Buyers at once: as much is sold as there is, and whoever comes too late is told so."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from functools import partial
from uuid import UUID

import pytest

from contexts.inventory.stockroom import LONG_AGO, Stockroom, a_stockroom
from plaza.contexts.inventory.commands.reserve_stock import InsufficientStock
from plaza.settings import Settings
from plaza.writing.failures import Busy
from writing.watching import until, watching

LOCK = "SELECT FROM inventory.stock WHERE offer_id = $1 FOR UPDATE"
UNHELD = "SELECT FROM inventory.reservation WHERE cart_id = $1 FOR UPDATE NOWAIT"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

BUCKETS = pytest.mark.parametrize("buckets", [1, 16])


async def outcomes(*orders: asyncio.Future[UUID] | asyncio.Task[UUID]) -> Counter[str]:
    """How many orders were taken, and how many were refused why."""
    answers = await asyncio.gather(*orders, return_exceptions=True)
    return Counter(
        "taken" if isinstance(answer, UUID) else type(answer).__name__ for answer in answers
    )


# fault 51
@BUCKETS
async def test_the_last_unit_is_sold_once(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await stockroom.opens_in_buckets(1, buckets)
    buyers = [asyncio.create_task(stockroom.orders({offer_id: 1})) for _ in range(100)]

    told = await outcomes(*buyers)

    assert told == {"taken": 1, "InsufficientStock": 99}
    assert await stockroom.levels(offer_id) == (1, 1, 0)
    await stockroom.adds_up()


# fault 51
@BUCKETS
async def test_every_unit_is_sold_before_anybody_is_told_that_it_is_sold_out(
    stockroom: Stockroom, buckets: int
) -> None:
    offer_id = await stockroom.opens_in_buckets(60, buckets)
    buyers = [asyncio.create_task(stockroom.orders({offer_id: units})) for units in [1, 2, 3] * 10]

    told = await outcomes(*buyers)

    assert told == {"taken": 30}
    assert await stockroom.levels(offer_id) == (60, 60, 0)
    await stockroom.adds_up()


@BUCKETS
async def test_what_is_let_go_meanwhile_is_sold_again(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await stockroom.opens_in_buckets(20, buckets)
    taken = [await stockroom.orders({offer_id: 2}) for _ in range(10)]

    async def buys_until_there_is_some() -> None:
        while True:
            try:
                await stockroom.orders({offer_id: 2})
            except InsufficientStock:
                continue
            return

    async with asyncio.timeout(20):
        await asyncio.gather(
            *(stockroom.cancels(order_id) for order_id in taken),
            *(buys_until_there_is_some() for _ in range(10)),
        )

    assert await stockroom.levels(offer_id) == (20, 20, 0)
    await stockroom.adds_up()


# fault 53
@pytest.mark.parametrize("first", ["claim", "expiry"])
async def test_of_a_claim_and_an_expiry_exactly_one_wins(
    stockroom: Stockroom, settings: Settings, first: str
) -> None:
    (chair,) = await stockroom.opens(1)
    cart_id = await stockroom.puts_in_cart({chair: 1}, LONG_AGO)
    async with watching(settings) as other:
        locking = other.transaction()
        await locking.start()
        await other.execute(LOCK, chair)
        racing = {
            "claim": lambda: stockroom.orders({chair: 1}, takes_over_cart=cart_id),
            "expiry": stockroom.expires,
        }
        tasks = []
        for place, name in enumerate(sorted(racing, key=lambda name: name != first), 1):
            tasks.append(asyncio.create_task(racing[name]()))
            await until(partial(stockroom.are_waiting, place))
        # Who waits for stock holds no reservation: they could wait for each other otherwise.
        await other.execute(UNHELD, cart_id)
        await locking.commit()
    await asyncio.gather(*tasks)

    (held,) = await stockroom.reservations(cart_id=cart_id)
    assert held["status"] == {"claim": "released", "expiry": "expired"}[first]
    assert await stockroom.levels(chair) == (1, 1, 0)
    await stockroom.adds_up()


# fault 53
async def test_claims_and_expiries_at_random_sell_no_unit_twice(stockroom: Stockroom) -> None:
    offers = await stockroom.opens(*[1] * 20)
    carts = [await stockroom.puts_in_cart({offer_id: 1}, LONG_AGO) for offer_id in offers]

    claims = [
        asyncio.create_task(stockroom.orders({offer_id: 1}, takes_over_cart=cart_id))
        for offer_id, cart_id in zip(offers, carts, strict=True)
    ]
    others = [asyncio.create_task(stockroom.orders({offer_id: 1})) for offer_id in offers]
    sweepers = [asyncio.create_task(stockroom.expires()) for _ in range(5)]
    told = await outcomes(*claims, *others)
    await asyncio.gather(*sweepers)

    assert told == {"taken": 20, "InsufficientStock": 20}
    for offer_id in offers:
        assert await stockroom.levels(offer_id) == (1, 1, 0)
    await stockroom.adds_up()


# fault 54
async def test_orders_of_many_offers_at_once_do_not_lock_each_other_out(
    settings: Settings,
) -> None:
    chance = random.Random(54)  # noqa: S311  no secret
    async with a_stockroom(settings) as stockroom:
        before = await stockroom.database.fetchval(DEADLOCKS)
        plain = await stockroom.opens(*[60] * 8)
        hot = [await stockroom.opens_in_buckets(60) for _ in range(4)]
        wanted = [_some_of(plain + hot, chance) for _ in range(200)]

        async def buys(demands: list[dict[UUID, int]]) -> Counter[str]:
            orders = (asyncio.ensure_future(served(demand)) for demand in demands)
            return sum([await outcomes(order) for order in orders], Counter())

        async def served(demand: dict[UUID, int]) -> UUID:
            """As a client does it: again, while it is told that others are at it."""
            while True:
                with suppress(Busy):
                    return await stockroom.orders(demand)

        told = sum(await asyncio.gather(*(buys(wanted[n::20]) for n in range(20))), Counter())

        assert told.keys() == {"taken", "InsufficientStock"}
        assert told.total() == 200
        sold = [(await stockroom.levels(offer_id))[1] for offer_id in plain + hot]
        assert max(sold) == 60
        await stockroom.adds_up()
    # Connections tell what they have counted when they are closed.
    async with watching(settings) as database:
        assert await database.fetchval(DEADLOCKS) == before


def _some_of(offers: list[UUID], chance: random.Random) -> dict[UUID, int]:
    chosen = chance.sample(offers, chance.randint(1, len(offers)))
    return {offer_id: chance.randint(1, 3) for offer_id in chosen}
