"""What is done about stock by the clock, also by several sweepers at once."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from contexts.inventory.stockroom import LONG_AGO, Stockroom, a_stockroom, in_an_hour
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.inventory.commands.expire_reservations import CHUNK
from plaza.operations.stock_sweeps import HOT_MOVEMENTS, sweep_stock
from plaza.settings import Settings
from writing.watching import watching

BUCKETS = "SELECT max(buckets) FROM inventory.stock WHERE offer_id = $1"
MANY_MOVEMENTS = """
    INSERT INTO inventory.movement (id, stock_id, vendor_id, kind, on_hand_delta, reserved_delta,
        actor, created_at)
    SELECT gen_random_uuid(), s.id, s.vendor_id, 'reservation', 0, 0, 'tests',
        now() - make_interval(secs => $3)
    FROM inventory.stock s, generate_series(1, $2::int) WHERE s.offer_id = $1
"""


@pytest_asyncio.fixture(loop_scope="session")
async def stockroom(fresh_settings: Settings) -> AsyncIterator[Stockroom]:
    async with a_stockroom(fresh_settings) as opened:
        yield opened


async def test_what_carts_hold_too_long_is_let_go_by_sweepers_at_once(
    stockroom: Stockroom, fresh_settings: Settings
) -> None:
    offers = await stockroom.opens(*[2] * (CHUNK + 3))
    await stockroom.puts_in_cart(dict.fromkeys(offers, 1), LONG_AGO)
    await stockroom.puts_in_cart(dict.fromkeys(offers, 1), in_an_hour())

    await asyncio.gather(*(sweep_stock(fresh_settings, CONSTRAINTS) for _ in range(3)))

    for offer_id in offers:
        assert await stockroom.levels(offer_id) == (2, 1, 0)
    await stockroom.adds_up()


async def test_an_offer_that_many_reserve_of_is_split_by_itself(
    stockroom: Stockroom, fresh_settings: Settings
) -> None:
    hot, cold, past, scarce = await stockroom.opens(100, 100, 100, 5)
    for offer_id, movements, ago_s in (
        (hot, HOT_MOVEMENTS, 1.0),
        (cold, HOT_MOVEMENTS - 1, 1.0),
        (past, HOT_MOVEMENTS, 60.0),
        (scarce, HOT_MOVEMENTS, 1.0),
    ):
        await stockroom.database.execute(MANY_MOVEMENTS, offer_id, movements, ago_s)

    await asyncio.gather(*(sweep_stock(fresh_settings, CONSTRAINTS) for _ in range(2)))

    split = [await stockroom.database.fetchval(BUCKETS, each) for each in (hot, cold, past, scarce)]
    assert split == [16, 1, 1, 1]
    assert await stockroom.levels(hot) == (100, 0, 0)


async def test_little_left_in_buckets_is_told_once(
    stockroom: Stockroom, fresh_settings: Settings
) -> None:
    offer_id = await stockroom.opens_in_buckets(20)
    await stockroom.orders({offer_id: 15})

    await asyncio.gather(*(sweep_stock(fresh_settings, CONSTRAINTS) for _ in range(3)))
    await sweep_stock(fresh_settings, CONSTRAINTS)
    assert await stockroom.told(offer_id) == ["stock_ran_low"]
    await stockroom.counts(offer_id, 40)
    await sweep_stock(fresh_settings, CONSTRAINTS)

    assert await stockroom.told(offer_id) == ["stock_ran_low", "stock_recovered"]
    await stockroom.adds_up()


async def test_a_row_that_somebody_holds_keeps_nothing_else_from_being_done(
    stockroom: Stockroom, fresh_settings: Settings
) -> None:
    (contended,) = await stockroom.opens(5)
    await stockroom.puts_in_cart({contended: 1}, LONG_AGO)
    scarce = await stockroom.opens_in_buckets(20)
    await stockroom.orders({scarce: 15})

    async with watching(fresh_settings) as other, other.transaction():
        await other.execute("SELECT FROM inventory.stock WHERE offer_id = $1 FOR UPDATE", contended)
        await sweep_stock(fresh_settings, CONSTRAINTS)
        held = await stockroom.levels(contended)
    told = await stockroom.told(scarce)
    await sweep_stock(fresh_settings, CONSTRAINTS)

    assert (held, told) == ((5, 1, 0), ["stock_ran_low"])
    assert await stockroom.levels(contended) == (5, 0, 0)
    await stockroom.adds_up()
