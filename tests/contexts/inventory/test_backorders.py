"""Backorders: what is sold beyond what is there gets what comes in, the oldest first."""

from uuid import UUID

import pytest

from contexts.inventory.stockroom import LONG_AGO, Stockroom, in_an_hour
from plaza.contexts.inventory.commands.reserve_stock import InsufficientStock

LET_GO = """
    SELECT reserved_delta, backordered_delta FROM inventory.movement
    WHERE order_id = $1 AND kind = 'release'
"""

BUCKETS = pytest.mark.parametrize("buckets", [1, 4])


async def an_offer(stockroom: Stockroom, on_hand: int, buckets: int) -> UUID:
    (offer_id,) = await stockroom.opens(on_hand)
    await stockroom.stocks(offer_id, 1, allows_backorder=True, buckets=buckets)
    return offer_id


async def has_and_waits(stockroom: Stockroom, order_id: UUID) -> tuple[int, int]:
    rows = await stockroom.reservations(order_id=order_id)
    open_rows = [row for row in rows if row["status"] in {"held", "committed"}]
    return (
        sum(row["quantity"] for row in open_rows),
        sum(row["backordered"] for row in open_rows),
    )


@BUCKETS
async def test_more_is_sold_than_is_there_where_it_may(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await an_offer(stockroom, 6, buckets)

    order_id = await stockroom.orders({offer_id: 10})

    assert await stockroom.levels(offer_id) == (6, 6, 4)
    assert await has_and_waits(stockroom, order_id) == (6, 4)
    await stockroom.adds_up()


@BUCKETS
async def test_the_oldest_gets_first_what_comes_in(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await an_offer(stockroom, 0, buckets)
    first, second = [await stockroom.orders({offer_id: 3}) for _ in range(2)]
    await stockroom.commits(first)

    await stockroom.receives(offer_id, 2)
    assert await has_and_waits(stockroom, first) == (2, 1)
    assert await has_and_waits(stockroom, second) == (0, 3)
    await stockroom.counts(offer_id, 4)
    assert await has_and_waits(stockroom, first) == (3, 0)
    assert await has_and_waits(stockroom, second) == (1, 2)
    await stockroom.receives(offer_id, 10)

    assert await has_and_waits(stockroom, second) == (3, 0)
    assert await stockroom.levels(offer_id) == (14, 6, 0)
    states = {row["status"] for row in await stockroom.reservations(order_id=first)}
    assert states == {"committed"}
    await stockroom.adds_up()


@BUCKETS
async def test_what_others_let_go_is_given_on(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await an_offer(stockroom, 8, buckets)
    has_it = await stockroom.orders({offer_id: 5})
    left = await stockroom.puts_in_cart({offer_id: 3}, LONG_AGO)
    waits = await stockroom.orders({offer_id: 6})

    while await stockroom.expires():
        pass
    assert await has_and_waits(stockroom, waits) == (3, 3)
    await stockroom.cancels(has_it)

    assert await has_and_waits(stockroom, waits) == (6, 0)
    assert await stockroom.levels(offer_id) == (8, 6, 0)
    assert {row["status"] for row in await stockroom.reservations(cart_id=left)} == {"expired"}
    await stockroom.adds_up()


@BUCKETS
async def test_what_a_cart_gives_up_is_given_on(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await an_offer(stockroom, 8, buckets)
    cart_id = await stockroom.puts_in_cart({offer_id: 2}, in_an_hour())
    await stockroom.orders({offer_id: 6})
    waits = await stockroom.orders({offer_id: 2})

    await stockroom.puts_in_cart({}, in_an_hour(), cart_id)

    assert await has_and_waits(stockroom, waits) == (2, 0)
    await stockroom.adds_up()


@BUCKETS
async def test_goods_at_another_location_are_given_too(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await an_offer(stockroom, 1, buckets)
    order_id = await stockroom.orders({offer_id: 4})
    warehouse = await stockroom.opens_location()

    level = await stockroom.counts(offer_id, 2, warehouse)

    assert (level.on_hand, level.reserved) == (2, 2)
    assert await has_and_waits(stockroom, order_id) == (3, 1)
    await stockroom.adds_up()
    await stockroom.cancels(order_id)
    assert await stockroom.levels(offer_id) == (3, 0, 0)
    await stockroom.adds_up()


async def test_of_a_line_that_is_canceled_in_part_what_it_waits_for_goes_first(
    stockroom: Stockroom,
) -> None:
    offer_id = await an_offer(stockroom, 2, 1)
    order_id = await stockroom.orders({offer_id: 5})
    line_id = (await stockroom.reservations(order_id=order_id))[0]["line_id"]

    await stockroom.cancels(order_id, lines={line_id: 2})
    assert await has_and_waits(stockroom, order_id) == (2, 1)
    (let_go,) = await stockroom.database.fetch(LET_GO, order_id)
    assert (let_go["reserved_delta"], let_go["backordered_delta"]) == (0, -2)
    await stockroom.cancels(order_id, lines={line_id: 2})

    assert await has_and_waits(stockroom, order_id) == (1, 0)
    assert await stockroom.levels(offer_id) == (2, 1, 0)
    await stockroom.adds_up()


async def test_what_is_let_go_is_not_given_to_what_was_let_go_with_it(
    stockroom: Stockroom,
) -> None:
    offer_id = await an_offer(stockroom, 2, 1)
    first, second = [await stockroom.orders({offer_id: units}) for units in (4, 1)]
    line_id = (await stockroom.reservations(order_id=first))[0]["line_id"]

    await stockroom.cancels(first, lines={line_id: 3})

    assert await has_and_waits(stockroom, first) == (1, 0)
    assert await has_and_waits(stockroom, second) == (1, 0)
    await stockroom.adds_up()


async def test_who_waits_goes_on_waiting_when_no_more_may_be_sold_so(stockroom: Stockroom) -> None:
    offer_id = await an_offer(stockroom, 0, 4)
    order_id = await stockroom.orders({offer_id: 1})
    held = await stockroom.orders({offer_id: 1})

    await stockroom.stocks(offer_id, 2, allows_backorder=False)
    with pytest.raises(InsufficientStock):
        await stockroom.orders({offer_id: 1})
    await stockroom.stocks(offer_id, 3, buckets=1)
    await stockroom.receives(offer_id, 1)
    await stockroom.cancels(order_id)

    assert await has_and_waits(stockroom, held) == (1, 0)
    await stockroom.adds_up()
