"""What vendors say has happened; never an address, an answer or a secret."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from plaza.kernel.event import Event


class VendorEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "vendor"

    vendor_id: UUID


class VendorDescribed(VendorEvent, frozen=True, kw_only=True):
    """What is said of a vendor, whole: not an event of its own."""

    slug: str
    name: str
    country: str
    description: str


class VendorInvited(VendorDescribed, frozen=True, kw_only=True, tag="vendors.vendor_invited.v1"):
    currency: str


class VendorApplied(VendorDescribed, frozen=True, kw_only=True, tag="vendors.vendor_applied.v1"):
    currency: str


class VendorChanged(VendorDescribed, frozen=True, kw_only=True, tag="vendors.vendor_changed.v1"):
    tax_rate: str = "0"
    """Of the tax that its prices include from now on; a decimal, as in `0.2`."""


class VendorOnboardingBegun(
    VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_onboarding_begun.v1"
):
    pass


class VendorSubmitted(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_submitted.v1"):
    submitted_at: datetime


class VendorApproved(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_approved.v1"):
    pass


class VendorRejected(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_rejected.v1"):
    reason: str | None


class VendorSuspended(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_suspended.v1"):
    reason: str | None


class VendorReinstated(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_reinstated.v1"):
    pass


class VendorClosed(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_closed.v1"):
    reason: str | None


class VendorPaused(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_paused.v1"):
    paused_until: datetime | None
    """When it ends by itself; None: when the vendor says so."""


class VendorResumed(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_resumed.v1"):
    pass


class InvitationEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "invitation"

    invitation_id: UUID
    vendor_id: UUID


class MemberInvited(InvitationEvent, frozen=True, kw_only=True, tag="vendors.member_invited.v1"):
    role: str


class InvitationAccepted(
    InvitationEvent, frozen=True, kw_only=True, tag="vendors.invitation_accepted.v1"
):
    pass


class InvitationRevoked(
    InvitationEvent, frozen=True, kw_only=True, tag="vendors.invitation_revoked.v1"
):
    pass


class MemberEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "member"

    member_id: UUID
    vendor_id: UUID
    account_id: UUID


class MemberJoined(MemberEvent, frozen=True, kw_only=True, tag="vendors.member_joined.v1"):
    role: str


class MemberRoleChanged(
    MemberEvent, frozen=True, kw_only=True, tag="vendors.member_role_changed.v1"
):
    role: str


class MemberRemoved(MemberEvent, frozen=True, kw_only=True, tag="vendors.member_removed.v1"):
    pass


class ApiKeyEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "api_key"

    api_key_id: UUID
    vendor_id: UUID


class ApiKeyCreated(ApiKeyEvent, frozen=True, kw_only=True, tag="vendors.api_key_created.v1"):
    scopes: list[str]
    expires_at: datetime | None


class ApiKeyRevoked(ApiKeyEvent, frozen=True, kw_only=True, tag="vendors.api_key_revoked.v1"):
    pass


class RequirementEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "requirement"

    requirement_id: UUID
    key: str


class RequirementCreated(
    RequirementEvent, frozen=True, kw_only=True, tag="vendors.requirement_created.v1"
):
    label: str
    description: str
    required: bool


class RequirementRemoved(
    RequirementEvent, frozen=True, kw_only=True, tag="vendors.requirement_removed.v1"
):
    pass


class RequirementAnswered(Event, frozen=True, kw_only=True, tag="vendors.requirement_answered.v1"):
    AGGREGATE: ClassVar[str] = "requirement_answer"

    requirement_answer_id: UUID
    requirement_id: UUID
    vendor_id: UUID


class VendorFace(msgspec.Struct):
    """What readers show of a vendor, and whether they show it at all."""

    slug: str = ""
    name: str = ""
    country: str = ""
    description: str = ""
    listed: bool = False
    paused: bool = False
    former_slugs: list[str] = []
    """Slugs under which it was known before; they lead to the present one."""

    @property
    def shown(self) -> bool:
        """Whether anybody but the vendor and the operator may see it now."""
        return self.listed and not self.paused


def _described(face: VendorFace, event: VendorDescribed) -> None:
    known = {face.slug, *face.former_slugs} - {"", event.slug}
    face.former_slugs = sorted(known)
    face.slug, face.name = event.slug, event.name
    face.country, face.description = event.country, event.description


def _listed(face: VendorFace, _: VendorEvent) -> None:
    face.listed = True


def _unlisted(face: VendorFace, _: VendorEvent) -> None:
    face.listed = False


def _paused(face: VendorFace, _: VendorPaused) -> None:
    face.paused = True


def _resumed(face: VendorFace, _: VendorResumed) -> None:
    face.paused = False


VENDOR_FACE: Mapping[type[Event], Callable[[Any, Any], None]] = {
    VendorInvited: _described,
    VendorApplied: _described,
    VendorChanged: _described,
    VendorApproved: _listed,
    VendorReinstated: _listed,
    VendorSuspended: _unlisted,
    VendorClosed: _unlisted,
    VendorPaused: _paused,
    VendorResumed: _resumed,
}
"""How the face follows from the events, for every read model that shows vendors."""
