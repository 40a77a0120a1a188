"""What is shown of one vendor is told anew, and nothing else is touched."""

from collections.abc import AsyncIterator
from random import Random
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from operations.audits.telling import SEED, followed, told, unheeded
from plaza.operations import audits
from plaza.operations.audits import Auditing, auditing
from plaza.operations.vendor_rebuilds import (
    NoSuchVendor,
    NotOfVendors,
    rebuild_vendor,
    vendor_named,
)
from plaza.projecting.auditing import Place
from plaza.projecting.replaying import LogIncomplete
from plaza.read_models.category_tree.projection import PROJECTION as CATEGORY_TREE
from plaza.read_models.product_listing.projection import PROJECTION as LISTING
from plaza.settings import Settings
from projecting.connecting import connecting
from projecting.corrupting import Corrupting, texts

MOST = """
    SELECT vendor_id FROM outbox.event WHERE type LIKE 'catalog.offer%'
    GROUP BY 1 ORDER BY count(*) DESC LIMIT 1
"""
PLACES = """
    SELECT DISTINCT 'product_listing' AS table, payload ->> 'product_id' AS key FROM outbox.event
    WHERE vendor_id = $1 AND type = ANY ($2) AND payload ? 'product_id'
    UNION SELECT 'product_listing_vendor', $1::text
    UNION SELECT 'product_listing_former_slug', $1::text
"""


@pytest_asyncio.fixture(loop_scope="session")
async def connection(fresh_settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with connecting(fresh_settings) as connect:
        opened = await connect()
        await told(opened, LISTING)
        await followed(opened, LISTING)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def work(fresh_settings: Settings) -> AsyncIterator[Auditing]:
    async with auditing(fresh_settings) as opened:
        yield opened


async def places_of(connection: asyncpg.Connection, vendor_id: UUID) -> set[Place]:
    """The documents of which the log says something that is the vendor's."""
    rows = await connection.fetch(PLACES, vendor_id, list(LISTING.events()))
    return {(row["table"], UUID(row["key"])) for row in rows}


async def test_exactly_the_documents_of_the_vendor_are_written_that_differ(
    connection: asyncpg.Connection, work: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "DOCUMENTS_AT_ONCE", 3)
    corrupting = Corrupting(connection, LISTING)
    right = await corrupting.rows()
    await corrupting.spoil(0.7, Random(SEED))  # noqa: S311  no secret
    spoilt = await corrupting.rows()
    vendor_id = await connection.fetchval(MOST)
    of_vendor = await places_of(connection, vendor_id)
    differing = {
        place for place in {*right, *spoilt} if texts(right).get(place) != texts(spoilt).get(place)
    }
    surplus = {
        place
        for place in {*spoilt} - {*right}
        if any(str(vendor_id) in row for row, _ in spoilt[place])
    }
    wanted = (differing & of_vendor) | surplus

    audit = await rebuild_vendor(work, LISTING, vendor_id, unheeded)

    assert audit.repaired == wanted
    assert audit.documents == len(of_vendor | surplus)
    assert 0 < len(wanted) < len(differing)
    now = await corrupting.rows()
    for place in {*now, *right}:
        if place in wanted:
            assert texts(now).get(place) == texts(right).get(place)
        else:
            # The transaction that wrote them is the same, too.
            assert now.get(place) == spoilt.get(place)


async def test_a_read_model_of_no_vendor_is_refused_by_name(work: Auditing) -> None:
    tree = msgspec.structs.replace(CATEGORY_TREE, documents=CATEGORY_TREE.documents[:1])
    with pytest.raises(NotOfVendors, match="category_tree has no documents of vendors"):
        await rebuild_vendor(work, tree, uuid4(), unheeded)


async def test_who_is_no_vendor_is_refused_by_name(work: Auditing) -> None:
    with pytest.raises(NoSuchVendor, match="corner-lamps"):
        await vendor_named(work.connection, "corner-lamps")


async def test_without_the_beginning_of_the_log_nothing_is_written(
    connection: asyncpg.Connection, work: Auditing
) -> None:
    await connection.execute("DELETE FROM outbox.position WHERE position < 5")
    with pytest.raises(LogIncomplete):
        await rebuild_vendor(work, LISTING, await connection.fetchval(MOST), unheeded)
