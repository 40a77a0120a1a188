"""Builds filled from the present state beside the live one."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from actors import Marketplace, open_marketplace
from conftest import Databases
from plaza.bootstrap import SNAPSHOTS
from plaza.contexts.vendors.events import VendorApproved
from plaza.outbox.snapshot import Snapshot, Source
from plaza.projecting.projection import Projection
from plaza.projecting.rebuilding import begin_rebuild, fill
from plaza.projecting.replaying import LogIncomplete
from plaza.projecting.snapshots import NotInSnapshots, SnapshotNotApplied
from plaza.projecting.switching import retire
from plaza.read_models.bestsellers.projection import PROJECTION as BESTSELLERS
from plaza.read_models.product_listing.projection import PROJECTION as LISTING
from projecting.connecting import Connect, connecting
from projecting.rebuilds import statuses_of
from projecting.three_ways import at_rest, rows_of

SOURCE = "SELECT source FROM projecting.build WHERE projection = $1 AND build = $2"
FACTS = "SELECT sum(facts) FROM projecting.step WHERE projection = $1 AND build = $2"
SEEN = "SELECT count(*) FROM projecting.seen_fact WHERE projection = $1 AND build = $2"
SEE = "INSERT INTO projecting.seen_fact (projection, build, id) VALUES ($1, $2, 1)"
ELSEWHERE = Snapshot(Source(tells=(VendorApproved,), sql="SELECT", events=lambda _: ()))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def marketplace(databases: Databases) -> AsyncIterator[Marketplace]:
    """One that comes to rest: nobody else leaves anything under way in it."""
    settings = await databases.make()
    async with open_marketplace(settings) as opened:
        yield opened
    await databases.drop(settings)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connect(marketplace: Marketplace) -> AsyncIterator[Connect]:
    async with connecting(marketplace.settings) as opening:
        yield opening


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def connection(connect: Connect, marketplace: Marketplace) -> asyncpg.Connection:
    """With something that is shown."""
    await (await marketplace.a_vendor()).lists_product()
    opened = await connect()
    await at_rest(opened)
    return opened


async def rebuilt_rows(connect: Connect, connection: asyncpg.Connection, build: int) -> None:
    told: list[int] = []

    def told_so_far(facts: int, of: int | None) -> None:
        if of is None:
            told.append(facts)

    found = await fill(connect, LISTING, build, told_so_far, SNAPSHOTS)

    assert (found.total, found.rows > 0, told != []) == (0, True, True)
    assert await rows_of(connection, LISTING, build) == await rows_of(connection, LISTING, 1)
    assert (await statuses_of(connection, LISTING))[build] == "ready"


async def test_a_log_without_its_beginning_is_no_obstacle(
    connection: asyncpg.Connection,
) -> None:
    whole = connection.transaction()
    await whole.start()
    await connection.execute("DELETE FROM outbox.position WHERE position = 1")
    with pytest.raises(LogIncomplete, match="--from snapshots"):
        await begin_rebuild(connection, LISTING, switches=False)
    build = await begin_rebuild(
        connection, LISTING, switches=False, source="snapshot", snapshots=SNAPSHOTS
    )
    await whole.rollback()
    assert build not in await statuses_of(connection, LISTING)


async def test_what_was_cut_off_is_filled_again_and_nothing_of_it_is_left_when_it_is_retired(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    # fault 42
    build = await begin_rebuild(
        connection, LISTING, switches=False, source="snapshot", snapshots=SNAPSHOTS
    )
    assert await connection.fetchval(SOURCE, LISTING.name, build) == "snapshot"
    filling = await connect()
    opened = iter([await connect(), filling])

    async def killable() -> asyncpg.Connection:
        return next(opened)

    with pytest.raises(asyncpg.InterfaceError):
        await fill(killable, LISTING, build, lambda _, __: filling.terminate(), SNAPSHOTS)
    assert not any((await rows_of(connection, LISTING, build)).values())

    await rebuilt_rows(connect, connection, build)

    await connection.execute(SEE, LISTING.name, build)
    assert await retire(connection, LISTING, build) == [build]
    assert await connection.fetchval(SEEN, LISTING.name, build) == 0


async def test_what_no_context_tells_of_is_refused_by_name(
    connection: asyncpg.Connection,
) -> None:
    with pytest.raises(NotInSnapshots, match="bestsellers can be built from the log only"):
        await begin_rebuild(
            connection, BESTSELLERS, switches=False, source="snapshot", snapshots=[ELSEWHERE]
        )


async def test_a_fact_that_cannot_be_applied_is_named_and_nothing_is_filled(
    connect: Connect, connection: asyncpg.Connection
) -> None:
    build = await begin_rebuild(
        connection, LISTING, switches=False, source="snapshot", snapshots=SNAPSHOTS
    )
    with pytest.raises(SnapshotNotApplied, match="ZeroDivisionError"):
        await fill(connect, _broken(LISTING), build, lambda _, __: None, SNAPSHOTS)
    assert not any((await rows_of(connection, LISTING, build)).values())
    await retire(connection, LISTING, build)


def _broken(projection: Projection) -> Projection:
    document, *others = projection.documents
    broken = msgspec.structs.replace(document, rows=lambda _, __: [1 // 0])
    return msgspec.structs.replace(projection, documents=(broken, *others))
