import asyncio
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest

from plaza.contexts.vendors.commands.approve_vendor import ApproveVendor, approve_vendor
from plaza.contexts.vendors.commands.close_vendor import CloseVendor, close_vendor
from plaza.contexts.vendors.commands.register_vendor import RegisterVendor, register_vendor
from plaza.crossings.products.create_product import CreateProduct, NewVariant, create_product
from plaza.kernel.money import Price
from plaza.processes.withdraw_offers_on_vendor_closed import PROCESS
from plaza.projecting.steps import Fenced
from plaza.writing.runner import CommandRunner
from processes.following import a_follower, follow_to_the_end, run, upto_of, withdrawals
from projecting.connecting import Connect
from projecting.log import sequence

OFFERS = 120
VARIANTS = 60

WRITTEN_WITH_LAST_STEP = """
    SELECT array_agg(split_part(k.key, '/', 2)) AS pieces,
        (SELECT (txid::text::bigint % (2^32)::bigint)::text = last.by FROM outbox.event
            WHERE type = 'catalog.offer_withdrawn.v1' ORDER BY id DESC LIMIT 1) AS events
    FROM (SELECT xmin::text AS by FROM projecting.step WHERE projection = $1
        ORDER BY number DESC LIMIT 1) last
    JOIN writing.idempotency k ON k.xmin::text = last.by
    GROUP BY last.by
"""


async def a_seller(runner: CommandRunner) -> UUID:
    """A vendor with offers for three transactions."""
    vendor_id = uuid4()
    application = RegisterVendor(
        vendor_id=vendor_id,
        owner_account_id=uuid4(),
        name=f"Vendor {vendor_id}",
        country="GB",
        currency="GBP",
        contact_email="hello@vendor.example",
    )
    await run(runner, register_vendor, application)
    await run(runner, approve_vendor, ApproveVendor(vendor_id=vendor_id))
    variants = [
        NewVariant(price=Price(100, "GBP"), option_values={"Number": str(number)})
        for number in range(VARIANTS)
    ]
    for _ in range(OFFERS // VARIANTS):
        product = CreateProduct(
            vendor_id=vendor_id, title="Oak chair", options=["Number"], variants=variants
        )
        await run(runner, create_product, product)
    return vendor_id


@pytest.fixture
async def closed(runner: CommandRunner, connection: asyncpg.Connection) -> int:
    """Two vendors have closed; the position of the last fact."""
    for vendor_id in [await a_seller(runner), await a_seller(runner)]:
        await run(runner, close_vendor, CloseVendor(vendor_id=vendor_id))
    return await sequence(connection)


async def assert_each_withdrawn_once(connection: asyncpg.Connection) -> None:
    withdrawn = await withdrawals(connection)
    assert len(withdrawn) == len(set(withdrawn)) == 2 * OFFERS
    left = "SELECT count(*) FROM catalog.offer WHERE status = 'active'"
    assert await connection.fetchval(left) == 0


async def test_offers_are_withdrawn_fifty_at_a_time_and_the_step_comes_with_the_last_ones(
    connection: asyncpg.Connection, runner: CommandRunner, closed: int
) -> None:
    begun = await upto_of(connection, PROCESS)
    follower = a_follower(connection, PROCESS, runner)
    for expected in (50, 100):
        assert await follower.advance()
        assert len(await withdrawals(connection)) == expected
        assert await upto_of(connection, PROCESS) == begun
    assert await follower.advance()
    assert len(await withdrawals(connection)) == OFFERS
    assert await upto_of(connection, PROCESS) == closed - 1


async def test_step_key_and_events_of_the_last_piece_are_of_one_transaction(
    connection: asyncpg.Connection, runner: CommandRunner, closed: int
) -> None:
    follower = a_follower(connection, PROCESS, runner)
    while await upto_of(connection, PROCESS) < closed:
        await follower.advance()
    row = await connection.fetchrow(WRITTEN_WITH_LAST_STEP, PROCESS.name)
    assert row is not None
    assert row["pieces"] == ["2"]
    assert row["events"]


async def test_facts_are_handled_once_and_never_again(
    connection: asyncpg.Connection, connect: Connect, runner: CommandRunner, closed: int
) -> None:
    assert await upto_of(connection, PROCESS) < closed
    await follow_to_the_end(a_follower(connection, PROCESS, runner))
    assert await upto_of(connection, PROCESS) == closed
    await sequence(connection)
    for _ in range(2):
        await follow_to_the_end(a_follower(await connect(), PROCESS, runner))
    await assert_each_withdrawn_once(connection)


async def test_a_second_follower_goes_on_between_the_pieces_where_the_first_one_died(
    connect: Connect, connection: asyncpg.Connection, runner: CommandRunner, closed: int
) -> None:
    # fault 1
    died_with = await connect()
    assert await a_follower(died_with, PROCESS, runner).advance()
    await died_with.close()
    assert len(await withdrawals(connection)) == 50

    await follow_to_the_end(a_follower(connection, PROCESS, runner))

    assert await upto_of(connection, PROCESS) == closed
    await assert_each_withdrawn_once(connection)


async def test_followers_that_are_cancelled_anywhere_leave_nothing_half_done(
    connect: Connect, connection: asyncpg.Connection, runner: CommandRunner, closed: int
) -> None:
    # fault 1
    random = Random(1)  # noqa: S311  no secret
    for _ in range(8):
        dying = asyncio.create_task(follow_to_the_end(a_follower(await connect(), PROCESS, runner)))
        await asyncio.wait([dying], timeout=random.uniform(0, 0.06))
        dying.cancel()
        await asyncio.wait([dying])
        assert len(await withdrawals(connection)) in {0, 50, 100, 120, 170, 220, 240}

    await follow_to_the_end(a_follower(connection, PROCESS, runner))

    assert await upto_of(connection, PROCESS) == closed
    await assert_each_withdrawn_once(connection)


async def test_followers_that_race_withdraw_each_offer_once(
    connect: Connect, connection: asyncpg.Connection, runner: CommandRunner, closed: int
) -> None:
    # fault 5
    followers = [a_follower(await connect(), PROCESS, runner) for _ in range(3)]
    fenced = sum(await asyncio.gather(*map(follow_to_the_end, followers)))
    assert fenced > 0
    assert await upto_of(connection, PROCESS) == closed
    await assert_each_withdrawn_once(connection)


async def test_a_follower_that_slept_finds_that_the_fact_is_done(
    connect: Connect, connection: asyncpg.Connection, runner: CommandRunner, closed: int
) -> None:
    # fault 5
    sleeper = a_follower(await connect(), PROCESS, runner)
    assert await sleeper.advance()
    await follow_to_the_end(a_follower(connection, PROCESS, runner))
    # The next pieces are found by their keys; the step is not its to take.
    assert await sleeper.advance()
    with pytest.raises(Fenced):
        await sleeper.advance()
    sleeper.forget()
    await follow_to_the_end(sleeper)
    assert await upto_of(connection, PROCESS) == closed
    await assert_each_withdrawn_once(connection)
