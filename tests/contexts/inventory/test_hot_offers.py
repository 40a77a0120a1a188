"""Offers in several buckets: nobody waits who need not, and nobody is told that it is sold out."""

import asyncio

import pytest

from contexts.inventory.stockroom import Stockroom, in_an_hour
from plaza.contexts.inventory.commands.reserve_stock import InsufficientStock
from plaza.contexts.inventory.commands.split_stock import SplitStock, split_stock
from plaza.kernel.actor import MARKET
from plaza.kernel.refusals import StaleVersion, VersionRequired
from plaza.settings import Settings
from writing.watching import until, watching

ROWS = """
    SELECT bucket, on_hand, reserved, backordered, buckets FROM inventory.stock
    WHERE offer_id = $1 ORDER BY bucket
"""
LOCK_ALL = "SELECT FROM inventory.stock WHERE offer_id = $1 ORDER BY id FOR UPDATE"
BRING = """
    WITH gone AS (UPDATE inventory.stock SET on_hand = 0 WHERE offer_id = $1 RETURNING *)
    INSERT INTO inventory.stock (id, offer_id, location_id, bucket, vendor_id, product_id,
        variant_id, on_hand, version, buckets)
    SELECT gen_random_uuid(), offer_id, $2, bucket, vendor_id, product_id, variant_id, 1, 1, 2
    FROM gone
"""
LOCK_AVAILABLE = """
    SELECT bucket FROM inventory.stock WHERE offer_id = $1 AND on_hand > reserved FOR UPDATE
"""


async def test_splitting_spreads_what_is_available_and_joining_brings_it_back(
    stockroom: Stockroom,
) -> None:
    (offer_id,) = await stockroom.opens(50)
    await stockroom.orders({offer_id: 10})

    split = await stockroom.stocks(offer_id, 1, buckets=16)

    rows = await stockroom.database.fetch(ROWS, offer_id)
    assert (split.version, len(rows)) == (2, 16)
    assert [row["reserved"] for row in rows] == [10] + [0] * 15
    assert {row["on_hand"] - row["reserved"] for row in rows} == {2, 3}
    await stockroom.orders({offer_id: 3})
    await stockroom.adds_up()
    await stockroom.stocks(offer_id, 2, buckets=4)
    await stockroom.adds_up()
    await stockroom.stocks(offer_id, 3, buckets=1)
    first, *others = await stockroom.database.fetch(ROWS, offer_id)
    assert (first["on_hand"], first["reserved"]) == (50, 13)
    assert {(row["on_hand"], row["reserved"]) for row in others} == {(0, 0)}
    await stockroom.stocks(offer_id, 4, buckets=16)
    assert await stockroom.levels(offer_id) == (50, 13, 0)
    await stockroom.adds_up()


async def test_what_is_reserved_in_a_bucket_that_is_given_up_is_let_go_where_it_went(
    stockroom: Stockroom,
) -> None:
    offer_id = await stockroom.opens_in_buckets(16)
    orders = [await stockroom.orders({offer_id: 1}) for _ in range(8)]

    await stockroom.stocks(offer_id, 2, buckets=1)
    for order_id in orders:
        await stockroom.cancels(order_id)

    assert await stockroom.levels(offer_id) == (16, 0, 0)
    await stockroom.adds_up()


async def test_how_an_offer_is_stocked_is_changed_by_who_has_read_it(stockroom: Stockroom) -> None:
    (offer_id,) = await stockroom.opens(5)

    with pytest.raises(VersionRequired):
        await stockroom.stocks(offer_id, None, low_at=1)
    answers = await asyncio.gather(
        *(stockroom.stocks(offer_id, 1, low_at=n) for n in range(4)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["StaleVersion"] * 3 + [
        "Stocking"
    ]
    assert any(isinstance(answer, StaleVersion) for answer in answers)


@pytest.mark.parametrize("buckets", [1, 16])
async def test_a_count_of_an_offer_is_spread(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await stockroom.opens_in_buckets(20, buckets)
    await stockroom.orders({offer_id: 2})

    assert (await stockroom.counts(offer_id, 100)).on_hand == 100
    assert (await stockroom.receives(offer_id, -40)).on_hand == 60

    rows = [row for row in await stockroom.database.fetch(ROWS, offer_id) if row["buckets"] > 1]
    free = [row["on_hand"] - row["reserved"] for row in rows]
    assert not free or max(free) - min(free) <= 1
    assert await stockroom.levels(offer_id) == (60, 2, 0)
    await stockroom.adds_up()


async def test_a_location_of_an_offer_in_buckets_has_buckets_too(stockroom: Stockroom) -> None:
    offer_id = await stockroom.opens_in_buckets(4, 4)
    warehouse = await stockroom.opens_location()

    await stockroom.counts(offer_id, 8, warehouse)
    assert len(await stockroom.database.fetch(ROWS, offer_id)) == 8
    await stockroom.orders({offer_id: 11})
    await stockroom.stocks(offer_id, 2, buckets=1)

    assert await stockroom.levels(offer_id) == (12, 11, 0)
    assert (await stockroom.counts(offer_id, 8, warehouse)).on_hand == 8
    await stockroom.adds_up()


async def test_an_order_larger_than_any_bucket_takes_from_several(stockroom: Stockroom) -> None:
    offer_id = await stockroom.opens_in_buckets(32)

    order_id = await stockroom.orders({offer_id: 31})

    assert len(await stockroom.reservations(order_id=order_id)) == 16
    with pytest.raises(InsufficientStock) as refused:
        await stockroom.orders({offer_id: 2})
    assert refused.value.members["lines"][0]["available"] == 1
    await stockroom.orders({offer_id: 1})
    await stockroom.adds_up()


async def test_buyers_of_an_offer_in_buckets_do_not_wait_for_each_other(
    stockroom: Stockroom, settings: Settings
) -> None:
    offer_id = await stockroom.opens_in_buckets(32)
    async with watching(settings) as other, other.transaction():
        held = await other.fetchval(LOCK_AVAILABLE + "LIMIT 1", offer_id)

        for _ in range(10):
            await stockroom.orders({offer_id: 1})

        rows = await stockroom.database.fetch(ROWS, offer_id)
        assert {row["bucket"]: row["reserved"] for row in rows}[held] == 0
    assert await stockroom.levels(offer_id) == (32, 10, 0)


async def test_nothing_is_sold_out_while_it_is_only_locked(
    stockroom: Stockroom, settings: Settings
) -> None:
    offer_id = await stockroom.opens_in_buckets(16)
    async with watching(settings) as other:
        locking = other.transaction()
        await locking.start()
        await other.execute(LOCK_AVAILABLE, offer_id)
        buyer = asyncio.create_task(stockroom.orders({offer_id: 2}))

        await until(lambda: stockroom.are_waiting(1))
        assert not buyer.done()
        await locking.commit()

    await buyer
    assert await stockroom.levels(offer_id) == (16, 2, 0)
    await stockroom.adds_up()


async def test_what_is_sold_out_is_said_at_once_whoever_holds_the_rows(
    stockroom: Stockroom, settings: Settings
) -> None:
    offer_id = await stockroom.opens_in_buckets(16)
    await stockroom.orders({offer_id: 16})

    async with watching(settings) as other, other.transaction():
        await other.execute(LOCK_ALL, offer_id)
        with pytest.raises(InsufficientStock):
            async with asyncio.timeout(1):
                await stockroom.orders({offer_id: 1})


async def test_an_offer_that_is_split_while_a_buyer_waits_is_not_sold_out(
    stockroom: Stockroom, settings: Settings
) -> None:
    (offer_id,) = await stockroom.opens(96)
    async with watching(settings) as other:
        locking = other.transaction()
        await locking.start()
        await other.execute(LOCK_ALL, offer_id)
        splitting = asyncio.create_task(stockroom.stocks(offer_id, 1, buckets=16))
        await until(lambda: stockroom.are_waiting(1))
        buyers = [asyncio.create_task(stockroom.orders({offer_id: 4})) for _ in range(4)]
        await until(lambda: stockroom.are_waiting(3))
        await locking.commit()

    await asyncio.gather(splitting, *buyers)
    assert await stockroom.levels(offer_id) == (96, 16, 0)
    # What is left in one bucket is not what is left.
    assert await stockroom.told(offer_id) == []
    await stockroom.adds_up()


async def test_a_location_that_is_filled_while_a_buyer_waits_is_not_overlooked(
    stockroom: Stockroom, settings: Settings
) -> None:
    (offer_id,) = await stockroom.opens(0)
    warehouse = await stockroom.opens_location()
    async with watching(settings) as other:
        locking = other.transaction()
        await locking.start()
        await other.execute(LOCK_ALL, offer_id)
        filling = asyncio.create_task(stockroom.counts(offer_id, 5, warehouse))
        await until(lambda: stockroom.are_waiting(1))
        buyer = asyncio.create_task(stockroom.orders({offer_id: 5}))
        await until(lambda: stockroom.are_waiting(2))
        await locking.commit()

    await asyncio.gather(filling, buyer)
    assert await stockroom.levels(offer_id) == (5, 5, 0)
    await stockroom.adds_up()


async def test_counts_at_once_at_a_new_location_are_both_made(
    stockroom: Stockroom, settings: Settings
) -> None:
    (offer_id,) = await stockroom.opens(1)
    warehouse = await stockroom.opens_location()
    async with watching(settings) as other:
        locking = other.transaction()
        await locking.start()
        await other.execute(LOCK_ALL, offer_id)
        counting = [
            asyncio.create_task(stockroom.receives(offer_id, units, warehouse)) for units in (3, 4)
        ]
        await until(lambda: stockroom.are_waiting(2))
        await locking.commit()

    await asyncio.gather(*counting)
    assert await stockroom.levels(offer_id) == (8, 0, 0)
    await stockroom.adds_up()


async def test_goods_that_are_brought_elsewhere_while_a_buyer_waits_for_all_are_not_overlooked(
    stockroom: Stockroom, settings: Settings
) -> None:
    offer_id = await stockroom.opens_in_buckets(2, 2)
    warehouse = await stockroom.opens_location()
    async with watching(settings) as other:
        locking = other.transaction()
        await locking.start()
        await other.execute(LOCK_ALL, offer_id)
        buyer = asyncio.create_task(stockroom.orders({offer_id: 2}))
        await until(lambda: stockroom.are_waiting(1))
        await other.execute(BRING, offer_id, warehouse)
        await locking.commit()

    await buyer
    assert await stockroom.reserved_at(offer_id, "Warehouse") == 2


async def test_a_hot_offer_is_split_once_and_only_if_it_is_worth_it(stockroom: Stockroom) -> None:
    many, few = await stockroom.opens(100, 10)

    first = await stockroom.run(split_stock, SplitStock(offer_id=many), MARKET)
    again = await stockroom.run(split_stock, SplitStock(offer_id=many), MARKET)
    scarce = await stockroom.run(split_stock, SplitStock(offer_id=few), MARKET)

    assert (first, again, scarce) == (True, False, False)
    assert len(await stockroom.database.fetch(ROWS, many)) == 16
    assert len(await stockroom.database.fetch(ROWS, few)) == 1
    assert (await stockroom.stocks(few, 1, low_at=2)).version == 2
    await stockroom.adds_up()


async def test_holds_in_buckets_are_let_go_in_their_buckets(stockroom: Stockroom) -> None:
    offer_id = await stockroom.opens_in_buckets(32)
    cart_id = await stockroom.puts_in_cart({offer_id: 2}, in_an_hour())
    order_id = await stockroom.orders({offer_id: 5})

    await stockroom.cancels(order_id)
    await stockroom.puts_in_cart({}, in_an_hour(), cart_id)

    assert await stockroom.levels(offer_id) == (32, 0, 0)
    await stockroom.adds_up()
