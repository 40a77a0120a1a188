import asyncpg
import msgspec

from plaza.contexts.vendors.events import (
    VendorApplied,
    VendorApproved,
    VendorChanged,
    VendorClosed,
)
from plaza.kernel.event import Event
from plaza.read_models.vendor_directory.document import VendorRow
from plaza.read_models.vendor_directory.projection import PROJECTION
from plaza.read_models.vendor_directory.query import get_vendor, list_vendors
from plaza.reading.cursor import Cursors
from read_models.catalogue import AVendor
from read_models.conftest import Shown
from read_models.given import an_event, given


def rows_of(*events: Event) -> list[VendorRow]:
    return given(*events).shows(PROJECTION)["vendor_directory"]


def test_an_applicant_is_not_listed_before_it_is_approved() -> None:
    applied, approved = AVendor().approved()
    assert rows_of(applied) == []
    assert [row.vendor_id for row in rows_of(applied, approved)] == [applied.aggregate_id]


def test_a_suspended_vendor_vanishes_and_comes_back() -> None:
    vendor = AVendor()
    story = vendor.approved()
    assert rows_of(*story, vendor.suspended()) == []
    assert len(rows_of(*story, vendor.suspended(), vendor.reinstated())) == 1


def test_a_closed_vendor_is_gone() -> None:
    vendor = AVendor()
    assert rows_of(*vendor.approved(), an_event(VendorClosed, vendor_id=vendor.id)) == []


async def test_vendors_are_listed_by_name_page_after_page(written: Shown) -> None:
    story: list[Event] = []
    for name in ("Cedar", "Ash", "Beech", "Ash"):
        vendor = AVendor()
        applied = {"vendor_id": vendor.id, "slug": f"vendor-{vendor.id}", "name": name}
        story.append(an_event(VendorApplied, **applied))
        story.append(an_event(VendorApproved, vendor_id=vendor.id))
    pool, cursors = await written(PROJECTION, *story), Cursors(b"a key")

    names, cursor = [], None
    while True:
        page = msgspec.json.decode((await list_vendors(pool, cursors, 1, cursor)).body)
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert names == ["Ash", "Ash", "Beech", "Cedar"]


async def test_a_vendor_is_found_by_slug_and_by_id_while_it_sells(written: Shown) -> None:
    vendor = AVendor()
    pool = await written(PROJECTION, *vendor.approved())
    by_id = await get_vendor(pool, str(vendor.id))
    by_slug = await get_vendor(pool, f"vendor-{vendor.id}")
    assert (by_id.body, by_id.status) == (by_slug.body, 200)
    pool = await written(PROJECTION, *vendor.approved(), vendor.suspended())
    assert (await get_vendor(pool, str(vendor.id))).status == 404


async def moved_to(pool: asyncpg.Pool, name: str) -> str | None:
    found = await get_vendor(pool, name)
    return found.body.decode() if found.status == 308 else None


def renamed(vendor: AVendor, slug: str) -> Event:
    return an_event(VendorChanged, vendor_id=vendor.id, slug=slug)


async def test_a_vendor_is_moved_to_from_every_slug_that_it_had(written: Shown) -> None:
    vendor = AVendor()
    first = f"vendor-{vendor.id}"
    story = [*vendor.approved(), renamed(vendor, "oak"), renamed(vendor, "ash")]
    pool = await written(PROJECTION, *story)
    assert await moved_to(pool, first) == await moved_to(pool, "oak") == "/v1/vendors/ash"
    pool = await written(PROJECTION, *story, renamed(vendor, "oak"))
    assert await moved_to(pool, "ash") == "/v1/vendors/oak"
    assert await moved_to(pool, "oak") is None


async def test_a_hidden_vendor_is_not_found_under_a_former_slug_either(written: Shown) -> None:
    vendor = AVendor()
    story = [*vendor.approved(), renamed(vendor, "oak"), vendor.paused()]
    pool = await written(PROJECTION, *story)
    assert (await get_vendor(pool, f"vendor-{vendor.id}")).status == 404


async def test_a_vendor_is_found_by_its_id_though_another_is_called_by_that(
    written: Shown,
) -> None:
    vendor, other = AVendor(), AVendor()
    story: list[Event] = []
    for one, slug in ((other, str(vendor.id)), (vendor, "oak")):
        story.append(an_event(VendorApplied, vendor_id=one.id, slug=slug))
        story.append(an_event(VendorApproved, vendor_id=one.id))
    pool = await written(PROJECTION, *story)
    shown = msgspec.json.decode((await get_vendor(pool, str(vendor.id))).body)
    assert (shown["id"], shown["slug"]) == (str(vendor.id), "oak")
