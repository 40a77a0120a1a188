"""Stock that does not add up is put right by commands, and nothing else is touched."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio

from operations.stock_rows import Shelf, an_order, as_owner, contents
from operations.test_stock_verification import differences, some_that_add_up
from plaza.bootstrap import CONSTRAINTS
from plaza.kernel.ids import new_id
from plaza.operations.stock_repair import Mended, repair_differences
from plaza.settings import Settings

LAST_MOVEMENT = """
    SELECT kind, on_hand_delta, reserved_delta, backordered_delta, reason, actor
    FROM inventory.movement WHERE stock_id = $1 ORDER BY id DESC LIMIT 1
"""
LAST_FACT = """
    SELECT payload->>'on_hand' || '/' || (payload->>'reserved') || '/' || (payload->>'backordered')
    FROM outbox.event WHERE type = 'inventory.stock_moved.v1' AND aggregate_id = $1
    ORDER BY id DESC LIMIT 1
"""
STATUS = "SELECT status FROM inventory.reservation WHERE id = $1"


@pytest_asyncio.fixture(loop_scope="session")
async def database(fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with as_owner(fresh_settings) as connection:
        yield connection


async def repaired(settings: Settings) -> list[Mended]:
    told: list[Mended] = []
    await repair_differences(settings, CONSTRAINTS, told.append, lambda *_: None)
    return told


def in_short(told: list[Mended]) -> set[tuple[str, UUID]]:
    return {(mended.done, mended.order_id or mended.cart_id or mended.stock_id) for mended in told}


async def test_nothing_is_repaired_where_all_adds_up(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await some_that_add_up(database)
    before = await contents(database)
    assert await repaired(fresh_settings) == []
    assert await contents(database) == before


async def test_a_row_is_mended_with_its_history_and_a_fact_and_no_other_is_touched(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await some_that_add_up(database)
    sound = await contents(database)
    counted, lost, waiting = [await Shelf.with_units(database, 5) for _ in range(3)]
    await counted.says(on_hand=7)
    await lost.holds(2, order_id=await an_order(database, "pending"))
    await lost.says(reserved=1)
    await waiting.says(backordered=4)

    told = await repaired(fresh_settings)

    assert in_short(told) == {("mended", shelf.id) for shelf in (counted, lost, waiting)}
    assert await differences(fresh_settings) == []
    # What is on hand stays; what is reserved becomes what is held.
    expected = [(counted, (7, 0, 0), 2), (lost, (5, 2, 0), 0), (waiting, (5, 0, 0), 0)]
    for shelf, levels, on_hand_delta in expected:
        assert await shelf.levels() == levels
        movement = await database.fetchrow(LAST_MOVEMENT, shelf.id)
        deltas = (on_hand_delta, 0, 0)
        assert tuple(movement or ()) == ("adjustment", *deltas, "repair", "system:repair_stock")
        fact = "/".join(str(level) for level in levels)
        assert await database.fetchval(LAST_FACT, shelf.id) == fact
    now = await contents(database)
    assert all(rows <= now[table] for table, rows in sound.items())


async def test_what_is_held_follows_what_has_become_of_its_holder(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    await some_that_add_up(database)
    sound = await contents(database)
    shelf = await Shelf.with_units(database, 50)
    orders = {
        status: await an_order(database, status) for status in ("placed", "canceled", "failed")
    }
    cart_id, unknown = new_id(), new_id()
    held = {
        "committed": await shelf.holds(1, order_id=orders["placed"]),
        "released": await shelf.holds(2, order_id=orders["canceled"], status="committed"),
        "expired": await shelf.holds(8, cart_id=cart_id, expires_in_s=-3600),
    }
    others = [
        await shelf.holds(4, order_id=orders["failed"]),
        await shelf.holds(16, order_id=unknown, status="committed"),
    ]

    told = await repaired(fresh_settings)

    assert in_short(told) == {
        ("committed", orders["placed"]),
        ("released", orders["canceled"]),
        ("released", orders["failed"]),
        ("released", unknown),
        ("expired", cart_id),
    }
    assert await differences(fresh_settings) == []
    for status, reservation_id in held.items():
        assert await database.fetchval(STATUS, reservation_id) == status
    for reservation_id in others:
        assert await database.fetchval(STATUS, reservation_id) == "released"
    assert await shelf.levels() == (50, 1, 0)
    now = await contents(database)
    # What a cart held a little too long may have expired with the rest.
    assert sound["inventory.movement"] <= now["inventory.movement"]


async def test_a_row_is_mended_before_what_it_does_not_know_of_is_let_go(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    shelf = await Shelf.with_units(database, 5)
    await shelf.holds(3, order_id=await an_order(database, "canceled"))
    await shelf.says(reserved=0)
    assert {mended.done for mended in await repaired(fresh_settings)} == {"mended", "released"}
    assert await shelf.levels() == (5, 0, 0)
    assert await differences(fresh_settings) == []


async def test_what_was_noted_too_much_is_given_to_who_waits_for_it(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    shelf = await Shelf.with_units(database, 5)
    placed = await an_order(database, "placed")
    await shelf.holds(0, order_id=placed, status="committed", backordered=3)
    await shelf.says(reserved=5)
    assert {mended.done for mended in await repaired(fresh_settings)} == {"mended"}
    assert await shelf.levels() == (5, 3, 0)
    assert await differences(fresh_settings) == []


async def test_what_takes_a_person_is_left_as_it_is_and_said_why(
    fresh_settings: Settings, database: asyncpg.Connection
) -> None:
    pending = await an_order(database, "pending")
    shelf, short = [await Shelf.with_units(database, 5) for _ in range(2)]
    await shelf.holds(3, order_id=pending, status="committed")
    await short.holds(4, order_id=await an_order(database, "pending"))
    await short.says(reserved=0, on_hand=1)
    before = await contents(database)

    told = {mended.stock_id: mended for mended in await repaired(fresh_settings)}

    assert {mended.done for mended in told.values()} == {"left"}
    assert "its order is pending" in str(told[shelf.id].reason)
    assert "count them" in str(told[short.id].reason)
    assert await contents(database) == before
