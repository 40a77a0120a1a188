"""Pauses: an overlay over a vendor's standing, which ends by a command or by the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from actors import Marketplace, Vendor
from contexts.vendors.people import a_member, facts_of
from plaza.bootstrap import CONSTRAINTS
from plaza.contexts.vendors.vendor import (
    InvalidPause,
    VendorNotPaused,
    VendorNotSelling,
    VendorStatus,
)
from plaza.contexts.vendors.vendor import Vendor as VendorRow
from plaza.operations.pauses import end_pauses

NOW = datetime(2026, 11, 21, tzinfo=UTC)
IS_OVER = """
    UPDATE vendors.vendor SET paused_at = now() - interval '2 s', paused_until = now()
    WHERE id = $1
"""


def a_row(status: VendorStatus = "approved") -> VendorRow:
    return VendorRow(id=uuid4(), status=status, country="GB", version=7)


def test_a_pause_leaves_the_status_as_it_is() -> None:
    vendor = a_row()

    event = vendor.pause(NOW, None)

    assert (vendor.status, vendor.paused_at, vendor.paused_until) == ("approved", NOW, None)
    assert (event.vendor_id, event.version, event.paused_until) == (vendor.id, 8, None)
    assert vendor.resume().version == 9
    assert (vendor.paused_at, vendor.paused_until) == (None, None)


def test_a_second_pause_takes_the_place_of_the_first_and_began_with_it() -> None:
    vendor, later = a_row(), NOW + timedelta(hours=1)

    vendor.pause(NOW, later)
    vendor.pause(later, None)

    assert (vendor.paused_at, vendor.paused_until) == (NOW, None)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_pause_ends_in_the_future_and_within_a_year(days: int) -> None:
    vendor = a_row()

    with pytest.raises(InvalidPause):
        vendor.pause(NOW, NOW + timedelta(days=days))

    assert vendor.paused_at is None


@pytest.mark.parametrize("status", ["applied", "invited", "onboarding", "in_review", "closed"])
def test_a_vendor_that_does_not_sell_has_nothing_to_pause(status: VendorStatus) -> None:
    with pytest.raises(VendorNotSelling):
        a_row(status).pause(NOW, None)


def test_a_vendor_that_is_not_paused_is_not_resumed() -> None:
    with pytest.raises(VendorNotPaused):
        a_row().resume()


def test_a_vendor_that_closes_is_paused_no_more() -> None:
    vendor = a_row()
    vendor.pause(NOW, NOW + timedelta(days=1))

    vendor.close(None)

    assert (vendor.paused_at, vendor.paused_until) == (None, None)


async def test_a_paused_vendor_may_publish_and_nothing_shows(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()

    paused = await vendor.post(f"{vendor.path}/pause", {"until": until})
    created = await vendor.lists_product()

    standing = (await vendor.get(f"{vendor.path}/standing")).json()
    assert (paused.status_code, standing["status"]) == (200, "approved")
    assert datetime.fromisoformat(standing["paused_until"]) == datetime.fromisoformat(until)
    token = {"plaza-consistency": created["token"]}
    page = f"/v1/products/{created['id']}"
    assert (await marketplace.anybody.get(page, headers=token)).status_code == 404
    resumed = await vendor.post(f"{vendor.path}/resume")
    token = {"plaza-consistency": resumed.headers["plaza-consistency"]}
    assert (await marketplace.anybody.get(page, headers=token)).status_code == 200


async def test_a_pause_without_an_end_needs_no_body(marketplace: Marketplace) -> None:
    vendor = await marketplace.a_vendor()

    paused = await vendor.client.post(f"{vendor.path}/pause")
    standing = (await vendor.get(f"{vendor.path}/standing")).json()

    assert paused.status_code == 200
    assert standing["paused_at"] is not None
    assert standing["is_paused"] is True
    assert standing["paused_until"] is None


@pytest.mark.parametrize(
    ("until", "status"),
    [("2020-01-01T00:00:00Z", 422), ("9999-12-31T23:59:59-12:00", 422), ("soon", 400)],
)
async def test_a_time_that_cannot_be_an_end_is_refused(
    marketplace: Marketplace, until: str, status: int
) -> None:
    vendor = await marketplace.a_vendor()

    answer = await vendor.post(f"{vendor.path}/pause", {"until": until})

    assert answer.status_code == status


async def test_managers_pause_and_staff_does_not(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    owner = await marketplace.a_vendor()
    manager = await a_member(marketplace, database, owner, "manager")
    staff = await a_member(marketplace, database, owner, "staff")

    assert (await staff.post(f"{owner.path}/pause")).status_code == 403
    assert (await manager.post(f"{owner.path}/pause")).status_code == 200
    assert (await staff.post(f"{owner.path}/resume")).status_code == 403
    assert (await manager.post(f"{owner.path}/resume")).status_code == 200
    again = await manager.post(f"{owner.path}/resume")
    assert (again.status_code, again.json()["code"]) == (409, "vendor_not_paused")


async def paused_for_a_day(vendor: Vendor) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await vendor.post(f"{vendor.path}/pause", {"until": until})).status_code == 200


async def test_a_pause_that_is_over_is_ended_once_by_sweepers_at_once(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    over, still = await marketplace.a_vendor(), await marketplace.a_vendor()
    for vendor in (over, still):
        await paused_for_a_day(vendor)
    await database.execute(IS_OVER, over.id)

    await asyncio.gather(*(end_pauses(marketplace.settings, CONSTRAINTS) for _ in range(4)))

    told = [fact["type"] for fact in await facts_of(database, over.id)]
    assert told.count("vendors.vendor_resumed.v1") == 1
    assert await end_pauses(marketplace.settings, CONSTRAINTS) == 0
    ended, lasting = [(await v.get(f"{v.path}/standing")).json() for v in (over, still)]
    assert (ended["is_paused"], ended["paused_at"]) == (False, None)
    assert lasting["is_paused"] is True
    assert lasting["paused_at"] is not None


async def test_a_vendor_that_pauses_anew_while_it_is_swept_stays_paused(
    marketplace: Marketplace, database: asyncpg.Connection
) -> None:
    vendor = await marketplace.a_vendor()
    await paused_for_a_day(vendor)
    await database.execute(IS_OVER, vendor.id)

    _, answer = await asyncio.gather(
        end_pauses(marketplace.settings, CONSTRAINTS), vendor.post(f"{vendor.path}/pause")
    )

    assert answer.status_code == 200
    assert (await vendor.get(f"{vendor.path}/standing")).json()["paused_at"] is not None
