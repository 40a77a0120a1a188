"""Facts that a newer version of plaza has left: their documents wait for it; nothing crashes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from plaza.contexts.catalog.events import ProductChanged
from plaza.contexts.vendors.events import VENDOR_FACE, VendorFace
from plaza.kernel.event import Event
from plaza.outbox.window import LogWindow
from plaza.projecting import concerning
from plaza.projecting.batch import BuildTables
from plaza.projecting.follower import Follower
from plaza.projecting.known_types import known_types
from plaza.projecting.projection import Projection
from plaza.projecting.steps import Shard
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from projecting.log import Announced, a_follower, follow_to_the_end, sequence, steps_of, tell
from projecting.poisoning import held_in, parked_in, retry_all
from read_models.catalogue import AProduct, AVendor, on_sale
from read_models.given import an_event

NAMES_SHOWN = "SELECT vendor_id, name FROM read.vendor_directory_v2"


class VendorRenamed(Event, frozen=True, tag="vendors.vendor_renamed.v9"):
    """As a newer version of plaza has it."""

    AGGREGATE = "vendor"

    vendor_id: UUID
    name: str


class ProductChangedAnew(ProductChanged, frozen=True, tag="catalog.product_changed.v2"):
    """As a newer version tells the same."""


NEWER = {VendorRenamed.type(), ProductChangedAnew.type()}


def renamed(face: VendorFace, event: VendorRenamed) -> None:
    face.name = event.name


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A version that does not know the newer types yet; undone, it does."""
    with monkeypatch.context() as patch:
        patch.setattr(concerning, "known_types", lambda: known_types() - NEWER)
        yield


def newer() -> Projection:
    on: dict[type[Event], Any] = {**VENDOR_FACE, VendorRenamed: renamed}
    documents = tuple(msgspec.structs.replace(d, on=on) for d in VENDOR_DIRECTORY.documents)
    return msgspec.structs.replace(VENDOR_DIRECTORY, documents=documents)


async def names_shown(connection: asyncpg.Connection) -> dict[UUID, str]:
    return {row["vendor_id"]: row["name"] for row in await connection.fetch(NAMES_SHOWN)}


@pytest.mark.usefixtures("older")
async def test_a_fact_of_an_unknown_type_parks_what_its_aggregate_is_shown_in_until_an_update(
    connection: asyncpg.Connection,
) -> None:
    # fault 37
    before, after = AVendor(), AVendor()
    await tell(
        connection, *before.approved(), an_event(VendorRenamed, vendor_id=before.id, name="N")
    )
    await tell(connection, *after.approved(), before.paused())
    last = await sequence(connection)

    await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))

    shown = await names_shown(connection)
    assert set(shown) == {before.id, after.id}
    assert shown[before.id] != "N"
    found = await parked_in(connection)
    assert {row["key"] for row in found} == {before.id}
    assert all("does not know vendors.vendor_renamed.v9" in row["error"] for row in found)
    assert set(await held_in(connection)) == {last - 3, last}
    assert (await steps_of(connection, VENDOR_DIRECTORY.name))[-1]["upto"] == last


async def test_after_the_update_nothing_is_missing(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 37
    vendor = AVendor()
    story = [*vendor.approved(), an_event(VendorRenamed, vendor_id=vendor.id, name="N")]
    await tell(connection, *story)
    await sequence(connection)
    with monkeypatch.context() as older:
        older.setattr(concerning, "known_types", lambda: known_types() - NEWER)
        await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))
    assert (await names_shown(connection))[vendor.id] != "N"

    await retry_all(connection, await a_follower(connection, newer()))

    assert await names_shown(connection) == {vendor.id: "N"}
    assert await parked_in(connection) == []


async def test_a_type_that_is_known_and_concerns_nothing_here_is_passed_by(
    connection: asyncpg.Connection,
) -> None:
    # fault 37
    vendor = AVendor()
    await tell(
        connection, *vendor.approved(), an_event(VendorRenamed, vendor_id=vendor.id, name="N")
    )
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))
    assert await parked_in(connection) == []


@pytest.mark.usefixtures("older")
async def test_a_newer_version_of_a_type_is_held_and_not_silently_left_out(
    connection: asyncpg.Connection,
) -> None:
    # fault 40
    product, other = AProduct(AVendor()), AProduct(AVendor())
    ids = {"product_id": product.id, "vendor_id": product.vendor.id, "category_id": None}
    await tell(connection, *on_sale(product), an_event(ProductChangedAnew, **ids, slug="anew"))
    await tell(connection, *on_sale(other), product.changed(slug="later"))
    last = await sequence(connection)

    await follow_to_the_end(await a_follower(connection, PRODUCT_PAGE))

    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == ("product_page", product.id)
    assert await held_in(connection) == [last - 3, last]
    slugs = await connection.fetch("SELECT slug FROM read.product_page_v1")
    assert {row["slug"] for row in slugs} == {f"product-{product.id}", f"product-{other.id}"}


@pytest.mark.usefixtures("older")
async def test_what_other_aggregates_leave_concerns_nobody_here(
    connection: asyncpg.Connection,
) -> None:
    # fault 37
    vendor = AVendor()
    ids = {"product_id": uuid4(), "vendor_id": vendor.id, "category_id": None}
    await tell(connection, *vendor.approved(), an_event(ProductChangedAnew, **ids, slug="anew"))
    await sequence(connection)
    await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))
    assert await parked_in(connection) == []
    assert set(await names_shown(connection)) == {vendor.id}


@pytest.mark.usefixtures("older")
async def test_the_window_of_the_newest_facts_gives_unknown_ones_too(
    connection: asyncpg.Connection,
) -> None:
    # fault 37
    vendor = AVendor()
    await tell(
        connection, *vendor.approved(), an_event(VendorRenamed, vendor_id=vendor.id, name="N")
    )
    await sequence(connection)
    tables = await BuildTables.of(connection, VENDOR_DIRECTORY, 1)
    shard = Shard(projection=VENDOR_DIRECTORY.name, build=1)
    read = LogWindow().read_stretch
    await follow_to_the_end(
        Follower(connection, VENDOR_DIRECTORY, shard, tables, Announced(), read)
    )
    assert {row["key"] for row in await parked_in(connection)} == {vendor.id}
