"""An order of which every part is over is canceled, once, whichever way its parts went."""

from itertools import product

import asyncpg
import pytest

from plaza.contexts.ordering.events import VendorOrderStatus
from plaza.kernel.ids import new_id
from plaza.processes import (
    cancel_order_on_vendor_order_canceled,
    cancel_order_on_vendor_order_declined,
    cancel_order_on_vendor_order_expired,
    reopen_cart_on_order_canceled,
)
from plaza.processes.process import Process
from plaza.writing.runner import CommandRunner
from processes.following import a_follower, follow_to_the_end, run
from processes.orders import Ended, Taken, cancel, end, reopen, take, taken
from projecting.log import sequence

CANCELING: dict[VendorOrderStatus, Process] = {
    "canceled": cancel_order_on_vendor_order_canceled.PROCESS,
    "declined": cancel_order_on_vendor_order_declined.PROCESS,
    "expired": cancel_order_on_vendor_order_expired.PROCESS,
}
REOPENING = reopen_cart_on_order_canceled.PROCESS
CANCELED = """
    SELECT count(*) FROM outbox.event
    WHERE type = 'ordering.order_canceled.v1' AND aggregate_id = $1
"""

REASON = "SELECT status_reason FROM ordering.order_group WHERE id = $1"


async def follow(connection: asyncpg.Connection, runner: CommandRunner, *of: Process) -> None:
    """Let them follow all that has happened; what happens by that is there for the next time."""
    await sequence(connection)
    for process in of:
        await follow_to_the_end(a_follower(connection, process, runner))


async def order_status(connection: asyncpg.Connection, order: Taken) -> str:
    found = "SELECT status FROM ordering.order_group WHERE id = $1"
    return str(await connection.fetchval(found, order.order_id))


async def cart_status(connection: asyncpg.Connection, order: Taken) -> str:
    found = "SELECT status FROM ordering.cart WHERE id = $1"
    return str(await connection.fetchval(found, order.cart_id))


async def test_an_order_ends_with_its_last_part(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    await connection.execute("SELECT set_config('plaza.scope', 'market', false)")
    both = {ways: await taken(runner) for ways in product(CANCELING, repeat=2)}
    for (first, _), order in both.items():
        await run(runner, end, Ended(order.order_id, 0, first))
    await follow(connection, runner, *CANCELING.values())
    assert {await order_status(connection, order) for order in both.values()} == {"placed"}

    for (_, second), order in both.items():
        await run(runner, end, Ended(order.order_id, 1, second))
    for _ in range(2):
        await follow(connection, runner, *CANCELING.values(), REOPENING)

    for order in both.values():
        assert await order_status(connection, order) == "canceled"
        assert await connection.fetchval(REASON, order.order_id) == "no_vendor_delivers"
        assert await connection.fetchval(CANCELED, order.order_id) == 1
        # What was bought once is not for sale from the same cart again.
        assert await cart_status(connection, order) == "completed"


async def test_parts_that_end_before_anybody_follows_cancel_their_order_once(
    connection: asyncpg.Connection, runner: CommandRunner
) -> None:
    await connection.execute("SELECT set_config('plaza.scope', 'market', false)")
    order = await taken(runner, 3)
    for part, status in enumerate(CANCELING):
        await run(runner, end, Ended(order.order_id, part, status))

    await follow(connection, runner, *CANCELING.values())

    assert await order_status(connection, order) == "canceled"
    assert await connection.fetchval(CANCELED, order.order_id) == 1


@pytest.mark.parametrize("bought_again", ["no", "pending", "placed"])
async def test_a_cart_is_usable_again_unless_it_is_bought_again(
    connection: asyncpg.Connection, runner: CommandRunner, bought_again: str
) -> None:
    await connection.execute("SELECT set_config('plaza.scope', 'market', false)")
    order = await taken(runner, is_placed=False)
    await run(runner, cancel, order)
    assert await cart_status(connection, order) == "completing"
    expected = {"no": "open", "pending": "completing", "placed": "completed"}[bought_again]
    if bought_again != "no":
        # Somebody else has opened it again meanwhile, and its shopper was quick.
        await run(runner, reopen, order)
        again = Taken(new_id(), order.cart_id, 1, bought_again == "placed")
        await run(runner, take, again)

    await follow(connection, runner, REOPENING)

    assert await cart_status(connection, order) == expected
