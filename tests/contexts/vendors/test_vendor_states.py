"""Every move of a vendor's standing, legal and illegal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_args
from uuid import uuid4

import pytest

from plaza.contexts.vendors import events
from plaza.contexts.vendors.vendor import MOVES, ProfileIncomplete, Vendor, VendorStatus
from plaza.kernel.event import Event
from plaza.kernel.refusals import IllegalTransition

# As DOMAIN prints the table.
TABLE: dict[VendorStatus, set[VendorStatus]] = {
    "applied": {"approved", "rejected", "onboarding"},
    "invited": {"applied", "onboarding"},
    "onboarding": {"in_review"},
    "in_review": {"approved", "rejected"},
    "rejected": {"onboarding"},
    "approved": {"suspended", "closed"},
    "suspended": {"approved", "closed"},
    "closed": set(),
}

Move = Callable[[Vendor], Event]

NOW = datetime(2026, 11, 21, tzinfo=UTC)

COMMANDS: dict[str, tuple[Move, VendorStatus, type[Event], str | None]] = {
    "apply": (lambda v: v.apply(), "applied", events.VendorApplied, None),
    "submit": (lambda v: v.submit(NOW), "in_review", events.VendorSubmitted, None),
    "approve": (lambda v: v.approve(), "approved", events.VendorApproved, None),
    "reject": (lambda v: v.reject("why"), "rejected", events.VendorRejected, "why"),
    "suspend": (lambda v: v.suspend("why"), "suspended", events.VendorSuspended, "why"),
    "close": (lambda v: v.close("why"), "closed", events.VendorClosed, "why"),
}
STATUSES: tuple[VendorStatus, ...] = get_args(VendorStatus)


def a_vendor(status: VendorStatus) -> Vendor:
    told = {"slug": "v", "name": "V", "country": "GB", "currency": "GBP", "description": ""}
    return Vendor(id=uuid4(), status=status, status_reason="before", version=7, **told)


def test_the_table_is_the_one_of_the_domain() -> None:
    assert {status: set(moves) for status, moves in MOVES.items()} == TABLE


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_move_is_made_or_refused_as_the_table_says(name: str, status: VendorStatus) -> None:
    move, wanted, fact, reason = COMMANDS[name]
    vendor = a_vendor(status)

    if wanted in TABLE[status]:
        event = move(vendor)
        assert (vendor.status, vendor.version, vendor.status_reason) == (wanted, 8, reason)
        assert (type(event), event.aggregate_id, event.version) == (fact, vendor.id, 8)
        assert getattr(event, "reason", None) == reason
        return
    with pytest.raises(IllegalTransition) as refused:
        move(vendor)
    assert refused.value.status == 409
    assert refused.value.members == {"from": status, "to": wanted, "allowed": list(MOVES[status])}
    assert (vendor.status, vendor.version, vendor.status_reason) == (status, 7, "before")


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_suspended_vendor_is_reinstated(status: VendorStatus) -> None:
    vendor = a_vendor(status)

    if status == "suspended":
        event = vendor.reinstate()
        assert (vendor.status, vendor.version) == ("approved", 8)
        assert isinstance(event, events.VendorReinstated)
        return
    with pytest.raises(IllegalTransition) as refused:
        vendor.reinstate()
    assert (refused.value.members["from"], refused.value.members["to"]) == (status, "reinstated")
    assert (vendor.status, vendor.version) == (status, 7)


@pytest.mark.parametrize("status", STATUSES)
def test_onboarding_begins_with_the_reason_why_it_has_to(status: VendorStatus) -> None:
    vendor = a_vendor(status)

    if "onboarding" in TABLE[status]:
        assert isinstance(vendor.begin_onboarding(), events.VendorOnboardingBegun)
        assert (vendor.status, vendor.version) == ("onboarding", 8)
        assert vendor.status_reason == "before"
        return
    with pytest.raises(IllegalTransition):
        vendor.begin_onboarding()
    assert (vendor.status, vendor.version) == (status, 7)


@pytest.mark.parametrize(("name", "status"), [("submit", "onboarding"), ("approve", "applied")])
def test_a_vendor_of_no_country_goes_no_further(name: str, status: VendorStatus) -> None:
    vendor = a_vendor(status)
    vendor.country = ""

    with pytest.raises(ProfileIncomplete):
        COMMANDS[name][0](vendor)

    assert (vendor.status, vendor.version) == (status, 7)
