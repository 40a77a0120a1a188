"""The vendor: its standing moves by commands only."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.vendors.events import (
    VendorApplied,
    VendorApproved,
    VendorClosed,
    VendorReinstated,
    VendorRejected,
    VendorSuspended,
)
from plaza.kernel.refusals import Conflict, IllegalTransition
from plaza.kernel.states import moved
from plaza.writing.aggregate import Aggregates, Row, VersionedRow

VendorStatus = Literal[
    "applied",
    "invited",
    "onboarding",
    "in_review",
    "approved",
    "rejected",
    "suspended",
    "closed",
]
Role = Literal["owner", "manager", "staff"]

MOVES: dict[VendorStatus, tuple[VendorStatus, ...]] = {
    "applied": ("approved", "rejected"),
    "invited": ("onboarding",),
    "onboarding": ("in_review",),
    "in_review": ("approved", "rejected"),
    "approved": ("suspended", "closed"),
    "rejected": ("onboarding",),
    "suspended": ("approved", "closed"),
    "closed": (),
}


class VendorSlugTaken(Conflict):
    code = "slug_taken"
    title = "Another vendor has this slug"


class Vendor(VersionedRow):
    __tablename__ = "vendor"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    slug: Mapped[str]
    name: Mapped[str]
    country: Mapped[str]
    currency: Mapped[str]
    contact_email: Mapped[str]
    description: Mapped[str]
    status: Mapped[VendorStatus] = mapped_column(Text)
    status_reason: Mapped[str | None]
    paused_until: Mapped[datetime | None]

    def apply(self) -> VendorApplied:
        """The first fact of a new vendor."""
        self.status, self.version = "applied", 1
        return VendorApplied(
            vendor_id=self.id,
            version=self.version,
            slug=self.slug,
            name=self.name,
            country=self.country,
            currency=self.currency,
            description=self.description,
        )

    def approve(self) -> VendorApproved:
        self._move("approved", None)
        return VendorApproved(vendor_id=self.id, version=self.version)

    def reject(self, reason: str | None) -> VendorRejected:
        self._move("rejected", reason)
        return VendorRejected(vendor_id=self.id, version=self.version, reason=reason)

    def suspend(self, reason: str | None) -> VendorSuspended:
        self._move("suspended", reason)
        return VendorSuspended(vendor_id=self.id, version=self.version, reason=reason)

    def reinstate(self) -> VendorReinstated:
        """End a suspension; a vendor that was never approved is not approved by this."""
        if self.status != "suspended":
            raise IllegalTransition("vendor", self.status, "reinstated", list(MOVES[self.status]))
        self._move("approved", None)
        return VendorReinstated(vendor_id=self.id, version=self.version)

    def close(self, reason: str | None) -> VendorClosed:
        self._move("closed", reason)
        return VendorClosed(vendor_id=self.id, version=self.version, reason=reason)

    def _move(self, wanted: VendorStatus, reason: str | None) -> None:
        self.status = moved("vendor", MOVES, self.status, wanted)
        self.status_reason = reason
        self.version += 1


class Member(Row):
    """An account's role in a vendor."""

    __tablename__ = "member"
    __table_args__ = {"schema": "vendors"}  # noqa: RUF012  SQLAlchemy's own form

    vendor_id: Mapped[UUID] = mapped_column(ForeignKey("vendors.vendor.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]


class Vendors(Aggregates[Vendor]):
    model_type = Vendor


CONSTRAINTS = {"vendor_slug_key": VendorSlugTaken}
