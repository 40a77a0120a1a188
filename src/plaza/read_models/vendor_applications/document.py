"""A vendor as operators see it, and what is remembered to make it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Status = Literal[
    "applied",
    "invited",
    "onboarding",
    "in_review",
    "approved",
    "rejected",
    "suspended",
    "closed",
]


class ApplicationParts(msgspec.Struct):
    """What the vendor has said."""

    slug: str = ""
    name: str = ""
    country: str = ""
    currency: str = ""
    description: str = ""
    status: Status = "applied"
    status_reason: str | None = None
    submitted_at: datetime | None = None
    paused: bool = False
    paused_until: datetime | None = None
    version: int = 0


class VendorInStanding(msgspec.Struct, frozen=True, kw_only=True):
    """All that facts say; the address is asked for when it is read."""

    id: UUID
    slug: str
    name: str
    country: str | None
    """None where the owner of an invited vendor has not said it yet."""
    currency: str
    description: str
    status: Status
    status_reason: str | None
    submitted_at: datetime | None
    """When the review was last asked for, where something is required of vendors."""
    is_paused: bool
    """Whether it is hidden for a while by its own wish; that is no status."""
    paused: bool
    """The same as `is_paused`, under the name that it had first."""
    paused_until: datetime | None
    version: int
    """What If-Match may name."""


class VendorApplicationEntry(VendorInStanding, frozen=True, kw_only=True):
    """A vendor as its reader gets it."""

    contact_email: str | None
    stale_since: datetime | None = None
    """Since when it is not up to date, where something keeps it from being; else left out."""


class VendorApplicationList(msgspec.Struct, frozen=True):
    items: list[VendorApplicationEntry]
    next_cursor: str | None


class ApplicationRow(msgspec.Struct, frozen=True):
    vendor_id: UUID
    status: str
    document: str
