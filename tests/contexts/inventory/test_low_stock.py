"""Little left: told when it becomes so and when it is over, not in between."""

import asyncio

import pytest

from contexts.inventory.stockroom import Stockroom
from plaza.contexts.inventory.commands.judge_low_stock import JudgeLowStock, judge_low_stock
from plaza.kernel.actor import MARKET

FACT = """
    SELECT payload->>'available' AS available, payload->>'low_at' AS low_at FROM outbox.event
    WHERE type = 'inventory.stock_ran_low.v1' AND payload->>'offer_id' = $1::text
"""


async def test_it_is_told_as_the_threshold_is_crossed_either_way(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(10)

    await stockroom.orders({chair: 4})
    assert await stockroom.told(chair) == []
    order_id = await stockroom.orders({chair: 1})
    assert await stockroom.told(chair) == ["stock_ran_low"]
    await stockroom.orders({chair: 1})
    await stockroom.cancels(order_id)
    assert await stockroom.told(chair) == ["stock_ran_low"]
    await stockroom.receives(chair, 1)

    assert await stockroom.told(chair) == ["stock_ran_low", "stock_recovered"]
    fact = await stockroom.database.fetchrow(FACT, str(chair))
    assert fact is not None
    assert (fact["available"], fact["low_at"]) == ("5", "5")
    await stockroom.adds_up()


async def test_all_locations_of_an_offer_count(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(6)
    warehouse = await stockroom.opens_location()
    await stockroom.counts(chair, 6, warehouse)

    await stockroom.orders({chair: 6})
    assert await stockroom.told(chair) == []
    await stockroom.counts(chair, 5, warehouse)

    assert await stockroom.told(chair) == ["stock_ran_low"]


async def test_a_vendors_own_threshold_counts_for_the_offer(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(10)

    await stockroom.stocks(chair, 1, low_at=2)
    await stockroom.orders({chair: 7})
    assert await stockroom.told(chair) == []
    await stockroom.stocks(chair, 2, low_at=3)
    assert await stockroom.told(chair) == ["stock_ran_low"]
    await stockroom.stocks(chair, 3, low_at=0)
    assert await stockroom.told(chair) == ["stock_ran_low", "stock_recovered"]
    await stockroom.stocks(chair, 4, low_at=None)

    assert await stockroom.told(chair) == ["stock_ran_low", "stock_recovered", "stock_ran_low"]
    await stockroom.adds_up()


async def test_of_an_offer_in_buckets_it_is_told_by_who_looks_at_all_of_them(
    stockroom: Stockroom,
) -> None:
    offer_id = await stockroom.opens_in_buckets(20)
    command = JudgeLowStock(offer_id=offer_id)
    for _ in range(16):
        await stockroom.orders({offer_id: 1})

    for _ in range(2):
        await stockroom.run(judge_low_stock, command, MARKET)
    assert await stockroom.told(offer_id) == ["stock_ran_low"]
    await stockroom.receives(offer_id, 100)
    await stockroom.run(judge_low_stock, command, MARKET)

    assert await stockroom.told(offer_id) == ["stock_ran_low", "stock_recovered"]
    await stockroom.adds_up()


async def test_splitting_and_joining_tell_nothing_by_themselves(stockroom: Stockroom) -> None:
    (offer_id,) = await stockroom.opens(20)

    await stockroom.stocks(offer_id, 1, buckets=16)
    await stockroom.stocks(offer_id, 2, buckets=1)
    assert await stockroom.told(offer_id) == []
    await stockroom.stocks(offer_id, 3, buckets=16)
    await stockroom.orders({offer_id: 18})
    await stockroom.stocks(offer_id, 4, buckets=1)

    assert await stockroom.told(offer_id) == ["stock_ran_low"]
    await stockroom.adds_up()


@pytest.mark.parametrize("units", [2, 5])
async def test_buyers_at_once_are_told_of_once(stockroom: Stockroom, units: int) -> None:
    (chair,) = await stockroom.opens(30)

    await asyncio.gather(*(stockroom.orders({chair: units}) for _ in range(6)))

    assert await stockroom.told(chair) == ["stock_ran_low"] * (units == 5)
