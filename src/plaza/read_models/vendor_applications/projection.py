"""Which facts change what operators see of vendors, and how."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.events import (
    VendorApplied,
    VendorApproved,
    VendorChanged,
    VendorClosed,
    VendorDescribed,
    VendorEvent,
    VendorInvited,
    VendorOnboardingBegun,
    VendorPaused,
    VendorReinstated,
    VendorRejected,
    VendorResumed,
    VendorSubmitted,
    VendorSuspended,
)
from plaza.projecting.projection import Document, Projection
from plaza.read_models.vendor_applications.document import (
    ApplicationParts,
    ApplicationRow,
    Status,
    VendorInStanding,
)


def changed(parts: ApplicationParts, event: VendorDescribed) -> None:
    parts.slug, parts.name = event.slug, event.name
    parts.country, parts.description = event.country, event.description
    parts.version = event.version


def invited(parts: ApplicationParts, event: VendorInvited) -> None:
    changed(parts, event)
    parts.currency = event.currency
    moved(parts, event, "invited")


def applied(parts: ApplicationParts, event: VendorApplied) -> None:
    changed(parts, event)
    parts.currency = event.currency
    moved(parts, event, "applied")


def onboarding(parts: ApplicationParts, event: VendorOnboardingBegun) -> None:
    # Why it was rejected is what has to be put right now.
    moved(parts, event, "onboarding", parts.status_reason)


def submitted(parts: ApplicationParts, event: VendorSubmitted) -> None:
    moved(parts, event, "in_review")
    parts.submitted_at = event.submitted_at


def approved(parts: ApplicationParts, event: VendorApproved | VendorReinstated) -> None:
    moved(parts, event, "approved")


def rejected(parts: ApplicationParts, event: VendorRejected) -> None:
    moved(parts, event, "rejected", event.reason)


def suspended(parts: ApplicationParts, event: VendorSuspended) -> None:
    moved(parts, event, "suspended", event.reason)


def closed(parts: ApplicationParts, event: VendorClosed) -> None:
    moved(parts, event, "closed", event.reason)
    parts.paused, parts.paused_until = False, None


def paused(parts: ApplicationParts, event: VendorPaused) -> None:
    parts.paused, parts.paused_until, parts.version = True, event.paused_until, event.version


def resumed(parts: ApplicationParts, event: VendorResumed) -> None:
    parts.paused, parts.paused_until, parts.version = False, None, event.version


def moved(
    parts: ApplicationParts, event: VendorEvent, status: Status, reason: str | None = None
) -> None:
    parts.status, parts.status_reason, parts.version = status, reason, event.version


def application_rows(vendor_id: UUID, parts: ApplicationParts) -> list[ApplicationRow]:
    standing = VendorInStanding(
        id=vendor_id,
        slug=parts.slug,
        name=parts.name,
        country=parts.country or None,
        currency=parts.currency,
        description=parts.description,
        status=parts.status,
        status_reason=parts.status_reason,
        submitted_at=parts.submitted_at,
        is_paused=parts.paused,
        paused=parts.paused,
        paused_until=parts.paused_until,
        version=parts.version,
    )
    document = msgspec.json.encode(standing).decode()
    return [ApplicationRow(vendor_id, parts.status, document)]


PROJECTION = Projection(
    name="vendor_applications",
    schema_version=2,
    rest_ratio=10,
    documents=(
        Document(
            table="vendor_applications",
            key="vendor_id",
            parts=ApplicationParts,
            on={
                VendorInvited: invited,
                VendorApplied: applied,
                VendorChanged: changed,
                VendorOnboardingBegun: onboarding,
                VendorSubmitted: submitted,
                VendorApproved: approved,
                VendorReinstated: approved,
                VendorRejected: rejected,
                VendorSuspended: suspended,
                VendorClosed: closed,
                VendorPaused: paused,
                VendorResumed: resumed,
            },
            rows=application_rows,
        ),
    ),
)
