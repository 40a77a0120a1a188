"""Reservations: all that an order asks for or nothing, and given back when it is let go."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contexts.inventory.stockroom import (
    CHECKOUT,
    LONG_AGO,
    Stockroom,
    demands,
    in_an_hour,
)
from plaza.contexts.inventory.commands.release_reservations import NotReserved
from plaza.contexts.inventory.commands.reserve_stock import (
    Demand,
    InsufficientStock,
    ReserveStock,
    reserve_stock,
)
from plaza.contexts.inventory.reservation import (
    MOVES,
    OPEN,
    Reservation,
    ReservationStatus,
    states_before,
)
from plaza.contexts.inventory.stock import BelowReserved
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import IllegalTransition

STATES = list(MOVES)
DOMAIN = {
    ("held", "committed"),
    ("committed", "fulfilled"),
    ("held", "released"),
    ("held", "expired"),
    ("committed", "released"),
}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_only_the_moves_of_the_table_are_made(
    before: ReservationStatus, after: ReservationStatus
) -> None:
    names = ("id", "stock_id", "offer_id", "vendor_id", "order_id", "line_id")
    ids: dict[str, Any] = dict.fromkeys(names, uuid4())
    reservation = Reservation(**ids, cart_id=None, vendor_order_id=None, status=before)

    if (before, after) in DOMAIN:
        reservation.move(after)
        assert reservation.status == after
        assert before in states_before(after)
    else:
        with pytest.raises(IllegalTransition):
            reservation.move(after)
        assert reservation.status == before
        assert before not in states_before(after)
    assert reservation.is_open == (reservation.status in OPEN)


async def test_an_order_reserves_all_of_its_offers(stockroom: Stockroom) -> None:
    chair, table = await stockroom.opens(5, 3)

    order_id = await stockroom.orders({chair: 2, table: 3})

    assert await stockroom.levels(chair) == (5, 2, 0)
    assert await stockroom.levels(table) == (3, 3, 0)
    states = {row["status"] for row in await stockroom.reservations(order_id=order_id)}
    assert states == {"held"}
    await stockroom.adds_up()


async def test_a_short_order_reserves_nothing_and_names_every_short_offer(
    stockroom: Stockroom,
) -> None:
    chair, table, lamp = await stockroom.opens(5, 1, 0)
    unknown = new_id()

    with pytest.raises(InsufficientStock) as refused:
        await stockroom.orders({chair: 5, table: 2, lamp: 1, unknown: 1})

    short = {line["offer_id"]: line for line in refused.value.members["lines"]}
    told = {offer_id: (line["requested"], line["available"]) for offer_id, line in short.items()}
    assert told == {table: (2, 1), lamp: (1, 0), unknown: (1, 0)}
    assert await stockroom.levels(chair) == (5, 0, 0)
    await stockroom.adds_up()


# fault 52
@pytest.mark.parametrize("buckets", [1, 4])
async def test_several_lines_of_one_offer_are_summed(stockroom: Stockroom, buckets: int) -> None:
    offer_id = await stockroom.opens_in_buckets(5, buckets)
    lines = tuple(
        Demand(line_id=new_id(), vendor_order_id=None, offer_id=offer_id, quantity=units)
        for units in (3, 3)
    )

    with pytest.raises(InsufficientStock) as refused:
        await _reserves(stockroom, lines)

    (short,) = refused.value.members["lines"]
    assert (short["requested"], short["available"]) == (6, 5)
    assert short["line_ids"] == [line.line_id for line in lines]
    order_id = await _reserves(stockroom, (lines[0], demands({offer_id: 2})[0]))
    assert await stockroom.levels(offer_id) == (5, 5, 0)
    held = await stockroom.reservations(order_id=order_id)
    of_first = [row["quantity"] for row in held if row["line_id"] == lines[0].line_id]
    assert sum(of_first) == 3
    await stockroom.adds_up()


async def _reserves(stockroom: Stockroom, lines: tuple[Demand, ...]) -> UUID:
    order_id = new_id()
    command = ReserveStock(order_id=order_id, cart_id=None, demands=lines, expires_at=None)
    await stockroom.run(reserve_stock, command, CHECKOUT)
    return order_id


async def test_a_committed_order_is_committed_once_and_still_let_go(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(5)
    order_id = await stockroom.orders({chair: 2})

    await stockroom.commits(order_id)
    await stockroom.commits(order_id)
    assert await stockroom.levels(chair) == (5, 2, 0)
    await stockroom.cancels(order_id)
    await stockroom.cancels(order_id)

    assert await stockroom.levels(chair) == (5, 0, 0)
    with pytest.raises(IllegalTransition):
        await stockroom.commits(order_id)
    await stockroom.adds_up()


async def test_lines_are_let_go_in_part_and_never_more_than_is_reserved(
    stockroom: Stockroom,
) -> None:
    chair, table = await stockroom.opens(5, 5)
    order_id = await stockroom.orders({chair: 3, table: 2})
    of_offer = {
        row["offer_id"]: row["line_id"] for row in await stockroom.reservations(order_id=order_id)
    }

    await stockroom.cancels(order_id, lines={of_offer[chair]: 1})
    with pytest.raises(NotReserved):
        await stockroom.cancels(order_id, lines={of_offer[chair]: 3})
    await stockroom.cancels(order_id, lines={of_offer[chair]: 2, of_offer[table]: 1})

    assert await stockroom.levels(chair) == (5, 0, 0)
    assert await stockroom.levels(table) == (5, 1, 0)
    states = [row["status"] for row in await stockroom.reservations(order_id=order_id)]
    assert sorted(states) == ["held", "released"]
    await stockroom.adds_up()


async def test_one_part_of_an_order_is_let_go_without_its_siblings(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(5)
    mine, siblings, order_id = new_id(), new_id(), new_id()
    lines = tuple(
        Demand(line_id=new_id(), vendor_order_id=part, offer_id=chair, quantity=2)
        for part in (mine, siblings)
    )
    command = ReserveStock(order_id=order_id, cart_id=None, demands=lines, expires_at=None)
    await stockroom.run(reserve_stock, command, CHECKOUT)

    await stockroom.cancels(order_id, vendor_order_id=mine)

    states = {
        row["vendor_order_id"]: row["status"]
        for row in await stockroom.reservations(order_id=order_id)
    }
    assert states == {mine: "released", siblings: "held"}
    assert await stockroom.levels(chair) == (5, 2, 0)


async def test_an_order_takes_over_what_its_cart_holds(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(2)
    cart_id = await stockroom.puts_in_cart({chair: 2}, in_an_hour())
    with pytest.raises(InsufficientStock):
        await stockroom.orders({chair: 1})

    order_id = await stockroom.orders({chair: 2}, takes_over_cart=cart_id)

    assert [row["status"] for row in await stockroom.reservations(cart_id=cart_id)] == ["released"]
    assert [row["quantity"] for row in await stockroom.reservations(order_id=order_id)] == [2]
    assert await stockroom.levels(chair) == (2, 2, 0)
    await stockroom.adds_up()


async def test_what_a_cart_gives_up_counts_as_available_to_its_order(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(3)
    cart_id = await stockroom.puts_in_cart({chair: 2}, in_an_hour())

    with pytest.raises(InsufficientStock) as refused:
        await stockroom.orders({chair: 4}, takes_over_cart=cart_id)

    assert refused.value.members["lines"][0]["available"] == 3
    assert [row["status"] for row in await stockroom.reservations(cart_id=cart_id)] == ["held"]
    await stockroom.adds_up()


async def test_a_cart_of_hot_offers_is_taken_over_in_the_buckets_that_it_holds(
    stockroom: Stockroom,
) -> None:
    offer_id = await stockroom.opens_in_buckets(16, 16)
    cart_id = await stockroom.puts_in_cart({offer_id: 3}, in_an_hour())

    await stockroom.orders({offer_id: 16}, takes_over_cart=cart_id)

    assert await stockroom.levels(offer_id) == (16, 16, 0)
    await stockroom.adds_up()


async def test_a_cart_that_changes_its_mind_holds_what_it_wants_now(stockroom: Stockroom) -> None:
    chair, table = await stockroom.opens(5, 5)
    cart_id = await stockroom.puts_in_cart({chair: 5}, in_an_hour())

    await stockroom.puts_in_cart({chair: 1, table: 2}, in_an_hour(), cart_id)

    assert await stockroom.levels(chair) == (5, 1, 0)
    assert await stockroom.levels(table) == (5, 2, 0)
    await stockroom.puts_in_cart({}, in_an_hour(), cart_id)
    assert await stockroom.levels(chair) == (5, 0, 0)
    await stockroom.adds_up()


async def test_what_carts_hold_expires_and_what_orders_hold_does_not(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(5)
    kept = await stockroom.puts_in_cart({chair: 1}, in_an_hour())
    left = await stockroom.puts_in_cart({chair: 2}, LONG_AGO)
    ordered = new_id()
    command = ReserveStock(
        order_id=ordered,
        cart_id=None,
        demands=demands({chair: 1}),
        expires_at=datetime.now(tz=UTC),
    )
    await stockroom.run(reserve_stock, command, CHECKOUT)

    while await stockroom.expires():
        pass

    assert [row["status"] for row in await stockroom.reservations(cart_id=left)] == ["expired"]
    assert [row["status"] for row in await stockroom.reservations(cart_id=kept)] == ["held"]
    assert [row["status"] for row in await stockroom.reservations(order_id=ordered)] == ["held"]
    assert await stockroom.levels(chair) == (5, 2, 0)
    await stockroom.adds_up()


async def test_what_is_reserved_stays_on_hand(stockroom: Stockroom) -> None:
    (chair,) = await stockroom.opens(5)
    await stockroom.orders({chair: 4})

    with pytest.raises(BelowReserved):
        await stockroom.counts(chair, 3)

    await stockroom.counts(chair, 4)
    assert await stockroom.levels(chair) == (4, 4, 0)


async def test_goods_of_other_locations_are_sold_after_those_of_the_default_one(
    stockroom: Stockroom,
) -> None:
    (chair,) = await stockroom.opens(3)
    warehouse = await stockroom.opens_location()
    level = await stockroom.counts(chair, 10, warehouse)
    assert (level.location_id, level.on_hand) == (warehouse, 10)

    await stockroom.orders({chair: 2})
    assert (await stockroom.counts(chair, 10, warehouse)).reserved == 0
    await stockroom.orders({chair: 4})

    assert (await stockroom.counts(chair, 10, warehouse)).reserved == 3
    assert await stockroom.levels(chair) == (13, 6, 0)
    await stockroom.adds_up()
