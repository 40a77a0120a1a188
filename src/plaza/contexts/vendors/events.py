"""What vendors say has happened."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from plaza.kernel.event import Event


class VendorEvent(Event, frozen=True, kw_only=True):
    AGGREGATE: ClassVar[str] = "vendor"

    vendor_id: UUID


class VendorApplied(VendorEvent, frozen=True, kw_only=True, tag="vendors.vendor_applied.v1"):
    slug: str
    name: str
    country: str
    currency: str
    description: str


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


class VendorFace(msgspec.Struct):
    """What readers show of a vendor, and whether they show it at all."""

    slug: str = ""
    name: str = ""
    country: str = ""
    description: str = ""
    listed: bool = False


def _applied(face: VendorFace, event: VendorApplied) -> None:
    face.slug, face.name = event.slug, event.name
    face.country, face.description = event.country, event.description


def _listed(face: VendorFace, _: VendorEvent) -> None:
    face.listed = True


def _unlisted(face: VendorFace, _: VendorEvent) -> None:
    face.listed = False


VENDOR_FACE: Mapping[type[Event], Callable[[Any, Any], None]] = {
    VendorApplied: _applied,
    VendorApproved: _listed,
    VendorReinstated: _listed,
    VendorSuspended: _unlisted,
    VendorClosed: _unlisted,
}
"""How the face follows from the events, for every read model that shows vendors."""
