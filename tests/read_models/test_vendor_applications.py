from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from plaza.contexts.vendors.events import (
    VendorApplied,
    VendorApproved,
    VendorChanged,
    VendorClosed,
    VendorInvited,
    VendorOnboardingBegun,
    VendorPaused,
    VendorReinstated,
    VendorRejected,
    VendorResumed,
    VendorSubmitted,
    VendorSuspended,
)
from plaza.kernel.actor import Surface
from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.read_models.vendor_applications.projection import PROJECTION
from plaza.read_models.vendor_applications.query import list_vendor_applications
from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from read_models.given import an_event, given

CURSORS = Cursors(b"a key of the tests")


def told(vendor_id: UUID, kind: type[Event], **fields: Any) -> Event:
    return an_event(kind, vendor_id=vendor_id, **fields)


def shown(*events: Event) -> dict[str, Any]:
    """What operators see of the only vendor."""
    (row,) = given(*events).shows(PROJECTION)["vendor_applications"]
    document: dict[str, Any] = msgspec.json.decode(row.document)
    assert row.status == document["status"]
    return document


def test_an_application_is_shown_from_the_first_to_the_last() -> None:
    vendor_id = uuid4()
    steps: list[tuple[type[Event], str, dict[str, Any]]] = [
        (VendorInvited, "invited", {}),
        (VendorApplied, "applied", {}),
        (VendorOnboardingBegun, "onboarding", {}),
        (VendorSubmitted, "in_review", {}),
        (VendorApproved, "approved", {}),
        (VendorSuspended, "suspended", {"reason": "late parcels"}),
        (VendorReinstated, "approved", {}),
        (VendorClosed, "closed", {"reason": "retired"}),
    ]
    story: list[Event] = []
    for kind, status, fields in steps:
        story.append(told(vendor_id, kind, **fields))
        document = shown(*story)
        assert (document["status"], document["version"]) == (status, story[-1].version)
        assert document["status_reason"] == fields.get("reason")


def test_the_reason_of_a_rejection_is_shown_until_it_is_put_right() -> None:
    vendor_id = uuid4()
    story = [
        told(vendor_id, VendorApplied),
        told(vendor_id, VendorRejected, reason="no number"),
        told(vendor_id, VendorOnboardingBegun),
    ]
    assert shown(*story)["status_reason"] == "no number"
    assert shown(*story, told(vendor_id, VendorSubmitted))["status_reason"] is None


def test_what_a_vendor_says_of_itself_is_shown_and_the_status_stays() -> None:
    vendor_id = uuid4()
    story = [told(vendor_id, VendorApplied, country=""), told(vendor_id, VendorApproved)]
    assert shown(*story)["country"] is None
    document = shown(*story, told(vendor_id, VendorChanged, name="Oak", country="IE"))
    assert (document["name"], document["country"], document["status"]) == ("Oak", "IE", "approved")


def test_a_pause_is_shown_beside_the_status() -> None:
    vendor_id = uuid4()
    story = [told(vendor_id, VendorApplied), told(vendor_id, VendorApproved)]
    paused = [*story, told(vendor_id, VendorPaused, paused_until=None)]
    assert shown(*paused)["status"] == "approved"
    for name in ("is_paused", "paused"):
        assert shown(*story)[name] is False
        assert shown(*paused)[name] is True
        assert shown(*paused, told(vendor_id, VendorResumed))[name] is False
        assert shown(*paused, told(vendor_id, VendorClosed))[name] is False


async def keep(settings: Settings, *events: Event) -> None:
    """Write what follows from the events, for good."""
    opened = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_owner", "plaza.scope": "market"}
    )
    tables = await BuildTables.of(opened, PROJECTION, 1)
    await tables.write(opened, given(*events).told(PROJECTION))
    await opened.close()


async def known(vendor_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return {vendor_id: f"{vendor_id}@plaza.example" for vendor_id in vendor_ids}


async def nobody(_: Sequence[UUID]) -> Mapping[UUID, str]:
    return {}


async def test_operators_list_by_status_page_after_page_with_the_addresses(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendors = [uuid4() for _ in range(4)]
    story = [told(vendor_id, VendorApplied) for vendor_id in vendors]
    await keep(quiet_settings, *story, told(vendors[0], VendorApproved))

    async def listed(status: str | None) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = None
        while True:
            body = await list_vendor_applications(reads, known, CURSORS, status, 2, cursor)
            page = msgspec.json.decode(body)
            found |= {item["id"]: item["contact_email"] for item in page["items"]}
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    applied = await listed("applied")
    assert applied.keys() >= {str(vendor_id) for vendor_id in vendors[1:]}
    assert str(vendors[0]) not in applied
    assert applied[str(vendors[1])] == f"{vendors[1]}@plaza.example"
    assert (await listed(None)).keys() >= {str(vendor_id) for vendor_id in vendors}
    page = msgspec.json.decode(
        await list_vendor_applications(reads, nobody, CURSORS, "applied", 1, None)
    )
    assert page["items"][0]["contact_email"] is None
    with pytest.raises(InvalidCursor):
        await list_vendor_applications(reads, known, CURSORS, None, 1, page["next_cursor"])


async def test_nobody_but_the_market_reads_it(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor_id = uuid4()
    await keep(quiet_settings, told(vendor_id, VendorApplied))
    every = "SELECT vendor_id FROM read.vendor_applications_v2"
    for surface in (Surface(vendor_id=vendor_id), Surface(account_id=vendor_id), Surface()):
        async with reads.within(surface) as connection:
            assert await connection.fetch(every) == []
