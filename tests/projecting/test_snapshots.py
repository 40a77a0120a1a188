"""Whichever way a read model is made, it shows the same, byte for byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from actors import Marketplace, Person, open_marketplace
from conftest import Databases
from contract.buying import accept_orders, buy
from contract.looking_at_orders import look_at_orders
from contract.paying import see_to_payments
from contract.selling import make_category, move_vendors, sell, work_together
from plaza.bootstrap import PROJECTIONS, SNAPSHOTS
from plaza.contexts.catalog.events import ProductCreated
from plaza.contexts.inventory.events import StockMoved
from plaza.entrypoints.moving_money import moving_money
from plaza.outbox.sequencer import SEQUENCER_LOCK
from plaza.outbox.snapshot import Snapshot, Source, begin_snapshot
from plaza.projecting.projection import Projection
from plaza.projecting.snapshots import build_from_snapshots
from plaza.read_models.product_listing import projection as product_listing
from projecting.connecting import connecting
from projecting.three_ways import (
    a_scratch_build,
    assert_all_told_alike,
    at_rest,
    begun_from_snapshots,
    from_snapshots,
    from_the_log,
    incremental,
    rows_of,
)
from projecting.wandering import CHOICES, Wanderer, a_wanderer
from writing.watching import until

SEEDS = st.integers(0, 2**32)
LISTING = product_listing.PROJECTION

STEPS = """
    SELECT upto, facts FROM projecting.step
    WHERE projection = $1 AND build = $2 AND number > 0 ORDER BY number
"""
COUNT_SEEN = "SELECT count(*) FROM projecting.seen_fact WHERE projection = $1 AND build = $2"
CUT_OFF = Snapshot(
    Source(tells=(ProductCreated,), sql="SELECT FROM catalog.lost", events=lambda _: ())
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived_in(databases: Databases) -> AsyncIterator[Marketplace]:
    """A marketplace in which everything has happened that can."""
    settings = await databases.make()
    async with open_marketplace(settings) as opened, moving_money(settings):
        await live_in(opened)
        yield opened
    await databases.drop(settings)


async def live_in(marketplace: Marketplace) -> None:
    operator, vendor = await marketplace.operator(), await marketplace.a_vendor()
    category_id = await make_category(operator)
    await sell(vendor, category_id)
    await work_together(marketplace, operator, vendor)
    await move_vendors(marketplace, operator, vendor)
    staying = await marketplace.a_vendor()
    await staying.lists_product(category_id=category_id)
    await buy(marketplace)
    await accept_orders(marketplace, _nobody_looks)
    await look_at_orders(marketplace, operator)
    await see_to_payments(marketplace, operator)
    await come_in(marketplace, operator)


async def come_in(marketplace: Marketplace, operator: Person) -> None:
    """Where something is required of vendors: one waits for its review, one has to do better."""
    requirement = {"key": "company_number", "label": "Company number"}
    await operator.post("/v1/operations/vendor-requirements", requirement)
    for is_rejected in (False, True):
        vendor = await marketplace.an_applicant()
        answer = {"answer": "12345"}
        await vendor.client.put(f"{vendor.path}/requirements/company_number", json=answer)
        submitted = await vendor.post(f"{vendor.path}/submit")
        assert submitted.json()["status"] == "in_review"
        if is_rejected:
            await operator.post(f"{vendor.path}/reject", {"reason": "No such company."})
            again = {"answer": "54321"}
            await vendor.client.put(f"{vendor.path}/requirements/company_number", json=again)


async def _nobody_looks(_: object) -> None:
    """In place of who compares answers with the document."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connection(lived_in: Marketplace) -> AsyncIterator[asyncpg.Connection]:
    async with connecting(lived_in.settings) as connect:
        opened = await connect()
        await at_rest(opened)
        yield opened


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda p: p.name)
async def test_all_ways_to_a_read_model_lead_to_the_same_rows(
    projection: Projection, connection: asyncpg.Connection
) -> None:
    live = await incremental(connection, projection)

    assert all(live.values()), "A table without rows is equal to anything."
    assert await from_the_log(connection, projection) == live
    assert await from_snapshots(connection, projection) == live


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wanderer(databases: Databases) -> AsyncIterator[Wanderer]:
    """Where vendors accept what they sell, and operators take what was put aside."""
    settings = msgspec.structs.replace(
        await databases.make(), vendor_acceptance=True, payment_capture="by_operator"
    )
    async with (
        open_marketplace(settings) as opened,
        moving_money(settings),
        connecting(settings) as connect,
    ):
        yield await a_wanderer(opened, await connect())
    await databases.drop(settings)


# What was commanded stays, so that a failure cannot be made smaller by commanding less.
@examples(max_examples=3, deadline=None, phases=(Phase.generate,), derandomize=True)
@given(steps=st.lists(st.tuples(st.sampled_from(CHOICES), SEEDS), min_size=50, max_size=50))
async def test_whatever_is_commanded_all_ways_lead_to_the_same_rows(
    wanderer: Wanderer, steps: list[tuple[str, int]]
) -> None:
    await at_rest(wanderer.database)
    async with begun_from_snapshots(wanderer.database) as begun:
        for what, seed in steps:
            await wanderer.does(what, seed)

        await assert_all_told_alike(wanderer.database, begun)


async def test_what_a_snapshot_has_seen_is_skipped_when_it_gets_its_place_in_the_log(
    wanderer: Wanderer,
) -> None:
    async with connecting(wanderer.marketplace.settings) as connect:
        builder, onlooker = await connect(), await connect()
        before = await at_rest(onlooker)
        async with a_scratch_build(onlooker, LISTING) as build:
            place = (LISTING.name, build)
            async with nothing_sequenced(onlooker):
                await wanderer.does("describe", 1)
                cut_off = building(builder, build)
                await until(lambda: onlooker.fetchval(COUNT_SEEN, *place))
                steps = await onlooker.fetch(STEPS, *place)
                # Whoever builds may be killed while it waits.
                cut_off.cancel()
                await asyncio.wait([cut_off])
            upto = await building(builder, build)
            end = await at_rest(onlooker)
            shown = await rows_of(onlooker, LISTING, build)
            live = await incremental(onlooker, LISTING)
            resumed = await onlooker.fetch(STEPS, *place)
            seen = await onlooker.fetchval(COUNT_SEEN, *place)

    assert [tuple(step) for step in steps] == [(before, 0)]
    assert (before < upto <= end, seen) == (True, 0)
    # Not told once more: the steps went past without a fact.
    assert resumed[0] == steps[0]
    assert sum(step["facts"] for step in resumed) == 0
    assert shown == live


def building(connection: asyncpg.Connection, build: int) -> "asyncio.Task[int]":
    return asyncio.create_task(build_from_snapshots(connection, LISTING, build, SNAPSHOTS))


@asynccontextmanager
async def nothing_sequenced(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """What is told gets no place in the log."""
    await connection.execute("SELECT pg_advisory_lock($1)", SEQUENCER_LOCK)
    yield
    await connection.execute("SELECT pg_advisory_unlock($1)", SEQUENCER_LOCK)


async def test_who_is_cut_off_while_it_fills_leaves_the_build_empty(
    connection: asyncpg.Connection,
) -> None:
    async with a_scratch_build(connection, LISTING) as build:
        with pytest.raises(asyncpg.UndefinedTableError):
            await build_from_snapshots(connection, LISTING, build, [*SNAPSHOTS, CUT_OFF])
        empty = await rows_of(connection, LISTING, build)
        steps = await connection.fetch(STEPS, LISTING.name, build)
        await build_from_snapshots(connection, LISTING, build, SNAPSHOTS)
        filled = await rows_of(connection, LISTING, build)

    assert not any(empty.values())
    assert [tuple(step) for step in steps] == []
    assert filled == await incremental(connection, LISTING)


async def test_a_snapshot_tells_what_is_wanted_and_no_more(connection: asyncpg.Connection) -> None:
    wanted = {ProductCreated.type(), StockMoved.type()}
    async with connection.transaction(isolation="repeatable_read"):
        moment = await begin_snapshot(connection)
        told = [
            fact
            for snapshot in SNAPSHOTS
            async for facts in snapshot(connection, moment, wanted)
            for fact in facts
        ]
    moved = [fact.aggregate_id for fact in told if fact.type == StockMoved.type()]
    rows = await connection.fetchval("SELECT count(*) FROM inventory.stock")

    assert {fact.type for fact in told} == wanted
    # Without history, once a row.
    assert len(moved) == len({*moved}) == rows
    assert {fact.position for fact in told} == {moment.position}


async def test_every_context_tells_of_all_that_it_has(connection: asyncpg.Connection) -> None:
    async with connection.transaction(isolation="repeatable_read"):
        moment = await begin_snapshot(connection)
        for snapshot in SNAPSHOTS:
            for source in snapshot.sources:
                alone, types = Snapshot(source), {event.type() for event in source.tells}
                told = [
                    fact
                    async for facts in alone(connection, moment, types, with_history=True)
                    for fact in facts
                ]
                assert told, source.tells
                places = {(f.aggregate_id, f.version, f.ordinal) for f in told}
                assert len(places) == len(told), source.tells
