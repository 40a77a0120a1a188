"""What vendors are now, told as facts."""

from collections.abc import Iterator

import asyncpg

from plaza.contexts.vendors.events import (
    ApiKeyCreated,
    ApiKeyRevoked,
    InvitationAccepted,
    InvitationRevoked,
    MemberInvited,
    MemberJoined,
    RequirementAnswered,
    RequirementCreated,
    VendorApplied,
    VendorApproved,
    VendorChanged,
    VendorClosed,
    VendorEvent,
    VendorInvited,
    VendorOnboardingBegun,
    VendorPaused,
    VendorRejected,
    VendorSubmitted,
    VendorSuspended,
)
from plaza.kernel.event import Event
from plaza.kernel.rate import rate_text
from plaza.outbox.snapshot import Snapshot, Source, told

VENDORS = """
    SELECT v.id AS vendor_id, v.*, v.status_reason AS reason,
        ARRAY(SELECT f.slug FROM vendors.former_slug f WHERE f.vendor_id = v.id ORDER BY f.slug)
            AS former_slugs
    FROM vendors.vendor v ORDER BY v.id
"""
MEMBERS = "SELECT m.id AS member_id, m.* FROM vendors.member m ORDER BY m.id"
INVITATIONS = """
    SELECT i.id AS invitation_id, i.* FROM vendors.invitation i ORDER BY i.id
"""
API_KEYS = "SELECT k.id AS api_key_id, k.* FROM vendors.api_key k ORDER BY k.id"
REQUIREMENTS = """
    SELECT r.id AS requirement_id, 1 AS version, r.* FROM vendors.requirement r ORDER BY r.id
"""
ANSWERS = """
    SELECT a.id AS requirement_answer_id, a.* FROM vendors.requirement_answer a ORDER BY a.id
"""


def vendor(row: asyncpg.Record) -> Iterator[VendorEvent]:
    """Who it is, the slugs that it has left, and how it has come to stand where it stands."""
    slugs = [*row["former_slugs"], row["slug"]]
    first = VendorInvited if row["status"] == "invited" else VendorApplied
    yield told(first, row, slug=slugs[0])
    rate = rate_text(row["tax_rate"])
    yield from (told(VendorChanged, row, slug=slug, tax_rate=rate) for slug in slugs)
    if row["submitted_at"] is not None:
        yield told(VendorSubmitted, row)
    yield from _standing(row)
    if row["paused_at"] is not None:
        yield told(VendorPaused, row)


def _standing(row: asyncpg.Record) -> Iterator[VendorEvent]:
    match row["status"]:
        case "onboarding":
            # Why it was rejected stays with it.
            yield told(VendorRejected, row)
            yield told(VendorOnboardingBegun, row)
        case "approved":
            yield told(VendorApproved, row)
        case "rejected":
            yield told(VendorRejected, row)
        case "suspended":
            yield told(VendorSuspended, row)
        case "closed":
            yield told(VendorClosed, row)


def member(row: asyncpg.Record) -> Iterator[Event]:
    yield told(MemberJoined, row)


def invitation(row: asyncpg.Record) -> Iterator[Event]:
    is_open = row["accepted_at"] is None and row["revoked_at"] is None
    version = 1 if is_open else 2
    yield told(MemberInvited, row, version=version)
    if row["accepted_at"] is not None:
        yield told(InvitationAccepted, row, version=version)
    if row["revoked_at"] is not None:
        yield told(InvitationRevoked, row, version=version)


def api_key(row: asyncpg.Record) -> Iterator[Event]:
    version = 1 if row["revoked_at"] is None else 2
    yield told(ApiKeyCreated, row, version=version)
    if row["revoked_at"] is not None:
        yield told(ApiKeyRevoked, row, version=version)


def requirement(row: asyncpg.Record) -> Iterator[Event]:
    yield told(RequirementCreated, row)


def answer(row: asyncpg.Record) -> Iterator[Event]:
    yield told(RequirementAnswered, row)


VENDOR_TELLS = (
    *(VendorInvited, VendorApplied, VendorChanged, VendorSubmitted, VendorOnboardingBegun),
    *(VendorApproved, VendorRejected, VendorSuspended, VendorClosed, VendorPaused),
)

snapshot = Snapshot(
    Source(tells=VENDOR_TELLS, sql=VENDORS, events=vendor),
    Source(tells=(MemberJoined,), sql=MEMBERS, events=member),
    Source(
        tells=(MemberInvited, InvitationAccepted, InvitationRevoked),
        sql=INVITATIONS,
        events=invitation,
    ),
    Source(tells=(ApiKeyCreated, ApiKeyRevoked), sql=API_KEYS, events=api_key),
    Source(tells=(RequirementCreated,), sql=REQUIREMENTS, events=requirement),
    Source(tells=(RequirementAnswered,), sql=ANSWERS, events=answer),
)
