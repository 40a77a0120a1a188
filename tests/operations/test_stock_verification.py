"""Whether stock adds up is found out by reading, row after row."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio

from operations.stock_rows import Shelf, an_order, as_owner, contents
from plaza.kernel.ids import new_id
from plaza.operations.stock_verification import (
    OVERDUE_AFTER_S,
    Difference,
    found_differences,
    reading_stock,
)
from plaza.settings import Settings

ALLOW_OVERSOLD = "ALTER TABLE inventory.stock DROP CONSTRAINT stock_not_oversold"


@pytest_asyncio.fixture(loop_scope="session")
async def database(fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with as_owner(fresh_settings) as connection:
        yield connection


async def differences(settings: Settings, chunk_rows: int = 3) -> list[Difference]:
    async with reading_stock(settings) as connection:
        found = found_differences(connection, lambda *_: None, chunk_rows=chunk_rows)
        return [difference async for difference in found]


async def named(settings: Settings) -> set[tuple[UUID, str, int, int]]:
    return {
        (found.stock_id, found.check, found.expected, found.found)
        for found in await differences(settings)
    }


async def some_that_add_up(database: asyncpg.Connection) -> list[Shelf]:
    """Stock in every state that it may be in."""
    shelves = [await Shelf.with_units(database, units) for units in (0, 5, 9, 12)]
    pending, placed = await an_order(database, "pending"), await an_order(database, "placed")
    await shelves[1].holds(5, order_id=pending)
    await shelves[2].holds(2, order_id=placed, status="committed")
    await shelves[2].holds(0, order_id=placed, status="committed", backordered=3)
    await shelves[3].holds(1, cart_id=new_id(), expires_in_s=60)
    await shelves[3].holds(4, cart_id=new_id(), expires_in_s=-OVERDUE_AFTER_S // 2)
    return shelves


async def test_stock_that_adds_up_is_found_to(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await some_that_add_up(database)
    assert await differences(fresh_settings) == []


async def test_rows_that_do_not_add_up_are_named_and_no_others(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await some_that_add_up(database)
    counted, lost, waiting = [await Shelf.with_units(database, 5) for _ in range(3)]
    await counted.says(on_hand=7)
    await lost.holds(2, order_id=await an_order(database, "pending"))
    await lost.says(reserved=1)
    await waiting.says(backordered=4)
    await some_that_add_up(database)
    assert await named(fresh_settings) == {
        (counted.id, "on_hand_is_sum_of_movements", 5, 7),
        (lost.id, "reserved_is_sum_of_movements", 2, 1),
        (lost.id, "reserved_is_sum_of_reservations", 2, 1),
        (waiting.id, "backordered_is_sum_of_movements", 0, 4),
        (waiting.id, "backordered_is_sum_of_reservations", 0, 4),
    }


async def test_a_movement_or_a_reservation_that_is_missing_is_named(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    forgotten, gone = [await Shelf.with_units(database, 5) for _ in range(2)]
    await forgotten.moves("adjustment", -2, 0, 0)
    reservation_id = await gone.holds(3, order_id=await an_order(database, "pending"))
    await database.execute("DELETE FROM inventory.reservation WHERE id = $1", reservation_id)
    assert await named(fresh_settings) == {
        (forgotten.id, "on_hand_is_sum_of_movements", 3, 5),
        (gone.id, "reserved_is_sum_of_reservations", 0, 3),
    }


async def test_more_reserved_than_on_hand_is_named_where_the_database_did_not_refuse_it(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await database.execute(ALLOW_OVERSOLD)
    oversold = await Shelf.with_units(database, 2)
    await oversold.holds(3, order_id=await an_order(database, "pending"))
    assert await named(fresh_settings) == {(oversold.id, "reserved_is_on_hand", 2, 3)}


async def test_what_is_held_for_nobody_is_named_with_its_holder(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await some_that_add_up(database)
    shelf = await Shelf.with_units(database, 50)
    expected: set[tuple[str, UUID, UUID | None, UUID | None, str]] = set()
    wrong = [(status, "held", "order_is_pending") for status in ("placed", "canceled", "failed")]
    wrong += [(s, "committed", "order_is_placed") for s in ("pending", "canceled", "failed")]
    for order_status, status, check in wrong:
        order_id = await an_order(database, order_status)
        reservation_id = await shelf.holds(1, order_id=order_id, status=status)
        expected.add((check, reservation_id, order_id, None, order_status))
    unknown, cart_id = new_id(), new_id()
    expected.add(("order_is_pending", await shelf.holds(1, order_id=unknown), unknown, None, ""))
    overdue = await shelf.holds(1, cart_id=cart_id, expires_in_s=-OVERDUE_AFTER_S - 1)
    expected.add(("cart_is_in_time", overdue, None, cart_id, ""))
    for over in ("released", "expired", "fulfilled"):
        done = await shelf.holds(0, order_id=await an_order(database, "failed"), status=over)
        assert done not in {found[1] for found in expected}

    assert {
        (d.check, d.reservation_id, d.order_id, d.cart_id, d.order_status)
        for d in await differences(fresh_settings)
    } == expected


async def test_looking_changes_nothing_and_tells_how_far_it_has_come(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    shelves = await some_that_add_up(database)
    await shelves[0].says(on_hand=1)
    before, told = await contents(database), []
    async with reading_stock(fresh_settings) as connection:
        found = found_differences(
            connection, lambda done, total: told.append((done, total)), chunk_rows=3
        )
        assert [difference.stock_id async for difference in found] == [shelves[0].id]
    assert told == [(0, 4), (3, 4), (4, 4)]
    assert await contents(database) == before
