"""What a fact breaks stands still alone."""

from random import Random
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from plaza.contexts.catalog.events import ProductChanged
from plaza.contexts.vendors.events import VendorApproved, VendorSuspended
from plaza.read_models.product_page.projection import PROJECTION as PRODUCT_PAGE
from plaza.read_models.vendor_directory.projection import PROJECTION as VENDOR_DIRECTORY
from plaza.read_models.vendor_directory.tags import vendor_tag
from projecting.connecting import Connect
from projecting.log import (
    APPEND,
    Announced,
    a_follower,
    follow_to_the_end,
    sequence,
    steps_of,
    tell,
)
from projecting.poisoning import held_in, parked_in, retry_all, said, with_bug
from read_models.catalogue import AnOffer, AProduct, AVendor, on_sale, pounds
from read_models.chatter import Chatter
from read_models.replay import replayed_log, rows_in

VENDORS_SHOWN = "SELECT vendor_id FROM read.vendor_directory_v2"
SLUGS_SHOWN = "SELECT slug FROM read.product_page_v1 ORDER BY slug"
HELD_BY_BUG = 600


async def vendors_shown(connection: asyncpg.Connection) -> set[UUID]:
    return {row["vendor_id"] for row in await connection.fetch(VENDORS_SHOWN)}


async def test_a_fact_that_breaks_a_fold_parks_its_document_and_nothing_else(
    connection: asyncpg.Connection,
) -> None:
    # fault 38
    before, poisoned, after = AVendor(), AVendor(), AVendor()
    bug = with_bug(VENDOR_DIRECTORY, lambda event: event.aggregate_id == poisoned.id)
    follower = await a_follower(connection, bug, announced := Announced())
    for vendor in (before, poisoned, after):
        await tell(connection, *vendor.approved())
    last = await sequence(connection)

    assert await follower.advance()

    assert await vendors_shown(connection) == {before.id, after.id}
    assert announced[-1] == last
    found = await parked_in(connection)
    assert {row["document"] for row in found} == {d.table for d in VENDOR_DIRECTORY.documents}
    assert {(row["key"], row["position"], row["error"]) for row in found} == {
        (poisoned.id, last - 3, "Bug: overlooked")
    }
    assert await held_in(connection) == [last - 3, last - 3, last - 2, last - 2]


async def test_after_the_fix_a_retry_gives_what_a_clean_replay_gives(
    connection: asyncpg.Connection,
) -> None:
    # fault 38
    random = Random(38)  # noqa: S311  no secret
    story = Chatter(random, PRODUCT_PAGE).tells(HELD_BY_BUG)
    changes = [event for event in story if isinstance(event, ProductChanged)]
    bad = changes[len(changes) // 3]
    bug = with_bug(PRODUCT_PAGE, lambda event: said(event) == said(bad))
    follower = await a_follower(connection, bug)
    while story:
        size = random.randint(1, 90)
        await tell(connection, *story[:size])
        story = story[size:]
        await sequence(connection)
        await follow_to_the_end(follower)

    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == ("product_page", bad.product_id)
    assert len(await held_in(connection)) > 1
    clean = await replayed_log(connection, PRODUCT_PAGE)
    shown = await rows_in(connection, PRODUCT_PAGE)
    differing = set(clean["product_page"]) ^ set(shown["product_page"])
    assert all(str(bad.product_id) in row for row in differing)
    assert (shown | {"product_page": []}) == (clean | {"product_page": []})

    fixed = await a_follower(connection, PRODUCT_PAGE)
    await retry_all(connection, fixed)

    assert not await parked_in(connection)
    assert not await held_in(connection)
    assert await rows_in(connection, PRODUCT_PAGE) == clean
    assert any(clean.values())


async def test_what_fails_again_is_tried_at_longer_and_longer_intervals(
    connection: asyncpg.Connection,
) -> None:
    # fault 38
    vendor = AVendor()
    bug = with_bug(VENDOR_DIRECTORY, lambda _: True, "vendor_directory")
    follower = await a_follower(connection, bug)
    await tell(connection, *vendor.approved())
    await sequence(connection)
    await follow_to_the_end(follower)
    waits = [(await parked_in(connection))[0]["retry_after_s"]]
    for _ in range(5):
        await connection.execute("UPDATE projecting.parked SET since = clock_timestamp()")
        await retry_all(connection, follower)
        waits.append((await parked_in(connection))[0]["retry_after_s"])

    assert [round(wait / 60) for wait in waits] == [1, 5, 30, 120, 120, 120]
    assert (await parked_in(connection))[0]["attempts"] == 5


async def test_nothing_is_tried_before_its_time_by_the_databases_clock(
    connection: asyncpg.Connection,
) -> None:
    await tell(connection, *AVendor().approved())
    await sequence(connection)
    await follow_to_the_end(
        await a_follower(connection, with_bug(VENDOR_DIRECTORY, lambda _: True))
    )
    await follow_to_the_end(await a_follower(connection, VENDOR_DIRECTORY))
    assert [row["attempts"] for row in await parked_in(connection)] == [0, 0]
    assert await vendors_shown(connection) == set()


async def test_what_shows_a_parked_document_is_told_when_it_is_parked_and_when_it_goes_on(
    connection: asyncpg.Connection,
) -> None:
    vendor = AVendor()
    bug = with_bug(VENDOR_DIRECTORY, lambda event: isinstance(event, VendorSuspended))
    follower = await a_follower(connection, bug, announced := Announced())
    await tell(connection, *vendor.approved())
    await sequence(connection)
    await follow_to_the_end(follower)
    await tell(connection, vendor.suspended())
    last = await sequence(connection)
    await follow_to_the_end(follower)
    assert (announced[-1], vendor_tag(vendor.id) in announced.tags[-1]) == (last, True)

    fixed = await a_follower(connection, VENDOR_DIRECTORY, retold := Announced())
    await retry_all(connection, fixed)

    assert any(vendor_tag(vendor.id) in tags for tags in retold.retold)
    assert await vendors_shown(connection) == set()


async def test_who_takes_over_from_one_that_went_on_with_a_parked_document_tells_in_its_place(
    connection: asyncpg.Connection,
) -> None:
    # fault 2
    await tell(connection, *AVendor().approved())
    await sequence(connection)
    bug = with_bug(VENDOR_DIRECTORY, lambda _: True)
    await follow_to_the_end(await a_follower(connection, bug))
    await retry_all(connection, await a_follower(connection, VENDOR_DIRECTORY))

    await (await a_follower(connection, VENDOR_DIRECTORY, announced := Announced())).advance()

    assert announced.retold == [{"vendor_directory:everything"}]


async def test_a_fact_that_the_database_refuses_parks_its_document(
    connection: asyncpg.Connection,
) -> None:
    # fault 38
    vendor = AVendor()
    first, second, third = (AProduct(vendor) for _ in range(3))
    await tell(connection, *vendor.approved(), *on_sale(first), second.created())
    taken = second.changed(slug=f"product-{first.id}")
    await tell(connection, taken, second.published(), *on_sale(third))
    await sequence(connection)
    follower = await a_follower(connection, PRODUCT_PAGE)
    await follow_to_the_end(follower)

    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == ("product_page", second.id)
    assert found["error"].startswith("UniqueViolationError")

    await tell(connection, first.changed(slug="another"))
    await sequence(connection)
    await follow_to_the_end(follower)
    await retry_all(connection, follower)
    slugs = {row["slug"] for row in await connection.fetch(SLUGS_SHOWN)}
    assert slugs == {"another", f"product-{first.id}", f"product-{third.id}"}


async def test_nothing_is_advanced_while_what_fails_cannot_be_kept(
    connection: asyncpg.Connection,
) -> None:
    # fault 41
    vendors = [AVendor() for _ in range(3)]
    bug = with_bug(VENDOR_DIRECTORY, lambda event: event.aggregate_id == vendors[1].id)
    for vendor in vendors:
        await tell(connection, *vendor.approved())
    await sequence(connection)
    await connection.execute(
        "ALTER TABLE projecting.held_fact ADD CONSTRAINT full_up CHECK (false)"
    )

    for _ in range(2):
        with pytest.raises(asyncpg.CheckViolationError):
            await (await a_follower(connection, bug)).advance()
        assert await vendors_shown(connection) == set()
        assert await steps_of(connection, VENDOR_DIRECTORY.name) == []
        assert await parked_in(connection) == []

    await connection.execute("ALTER TABLE projecting.held_fact DROP CONSTRAINT full_up")
    await follow_to_the_end(await a_follower(connection, bug))
    assert await vendors_shown(connection) == {vendors[0].id, vendors[2].id}


async def test_a_fact_that_names_no_document_keeps_back_its_own_aggregate_only(
    connection: asyncpg.Connection,
) -> None:
    # fault 40
    vendor = AVendor()
    product = AProduct(vendor, variants=[uuid4(), uuid4()])
    broken, whole = AnOffer(product, vendor), AnOffer(product, vendor, variant=1)
    await tell(connection, *on_sale(product, broken.created(pounds(5)), whole.created(pounds(7))))
    changed = broken.changed(pounds(6))
    payload = msgspec.to_builtins(changed)
    del payload["product_id"]
    place = (uuid4(), changed.type(), "offer", broken.id, changed.version, 0, vendor.id)
    await connection.execute(APPEND, *place, msgspec.json.encode(payload).decode())
    await tell(connection, whole.changed(pounds(8)), broken.changed(pounds(9)))
    last = await sequence(connection)

    await follow_to_the_end(await a_follower(connection, PRODUCT_PAGE))

    (found,) = await parked_in(connection)
    assert (found["document"], found["key"]) == ("product_page", broken.id)
    assert await held_in(connection) == [last - 2, last]
    offers = msgspec.json.decode(
        await connection.fetchval("SELECT offers FROM read.product_page_v1")
    )
    prices = sorted(offer["prices"][0]["price"]["amount_minor"] for offer in offers)
    assert prices == [5, 8]


async def test_two_followers_park_a_document_once(connect: Connect) -> None:
    # fault 5
    here, there = await connect(), await connect()
    vendor = AVendor()
    bug = with_bug(VENDOR_DIRECTORY, lambda event: isinstance(event, VendorApproved))
    first, second = await a_follower(here, bug), await a_follower(there, bug)
    for _ in range(3):
        await tell(here, *AVendor().approved(), *vendor.approved())
        await sequence(here)
        await follow_to_the_end(second)
        await follow_to_the_end(first)
    await retry_all(there, await a_follower(there, VENDOR_DIRECTORY))
    await follow_to_the_end(first)
    assert await rows_in(here, VENDOR_DIRECTORY) == await replayed_log(here, VENDOR_DIRECTORY)
    assert len(await vendors_shown(here)) == 4
