"""The vendor: its standing moves by commands only."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Numeric, Text, select
from sqlalchemy.orm import Mapped, mapped_column

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
from plaza.kernel.countries import refuse_unknown_country
from plaza.kernel.rate import RateText, rate_text
from plaza.kernel.refusals import Conflict, IllegalTransition, NotThere, Unprocessable
from plaza.kernel.states import moved
from plaza.kernel.text import Country, EmailText, Name, Paragraphs, Slug
from plaza.writing.aggregate import Aggregates, VersionedRow

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

# Where nothing is required of vendors, who applies is approved or rejected; where something is,
# who applies or is invited goes through onboarding and a review.
MOVES: dict[VendorStatus, tuple[VendorStatus, ...]] = {
    "applied": ("approved", "rejected", "onboarding"),
    "invited": ("applied", "onboarding"),
    "onboarding": ("in_review",),
    "in_review": ("approved", "rejected"),
    "approved": ("suspended", "closed"),
    "rejected": ("onboarding",),
    "suspended": ("approved", "closed"),
    "closed": (),
}

PAUSE_MAX = timedelta(days=366)


class VendorSlugTaken(Conflict):
    code = "slug_taken"
    title = "Another vendor has this slug"


class VendorIsClosed(Conflict):
    code = "vendor_closed"
    title = "The vendor is closed for good"


class ProfileIncomplete(Conflict):
    code = "profile_incomplete"
    title = "Something has to be said of the vendor first"


class VendorNotSelling(Conflict):
    code = "vendor_not_selling"
    title = "Only a vendor that sells can be paused"


class VendorNotPaused(Conflict):
    code = "vendor_not_paused"
    title = "The vendor is not paused"


class InvalidPause(Unprocessable):
    code = "invalid_pause"
    title = "A pause ends in the future, within a year"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a vendor; what is unset stays as it is."""

    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    description: Paragraphs | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    contact_email: EmailText | UnsetType = UNSET
    tax_rate: RateText | UnsetType = UNSET
    """Of the tax that its prices include."""


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
    submitted_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(7, 6))

    def applied(self) -> VendorApplied:
        """The first fact of a vendor that comes by itself."""
        return VendorApplied(**self._described(), currency=self.currency)

    def invited(self) -> VendorInvited:
        """The first fact of a vendor that was asked to come."""
        return VendorInvited(**self._described(), currency=self.currency)

    def apply(self) -> VendorApplied:
        """Go on from an invitation, where nothing is required of vendors."""
        self._move("applied", None)
        return self.applied()

    def begin_onboarding(self) -> VendorOnboardingBegun:
        # Why it was rejected is what has to be put right now.
        self._move("onboarding", self.status_reason)
        return VendorOnboardingBegun(vendor_id=self.id, version=self.version)

    def submit(self, now: datetime) -> VendorSubmitted:
        """Ask for the review."""
        self._move("in_review", None)
        self.submitted_at = now
        return VendorSubmitted(vendor_id=self.id, version=self.version, submitted_at=now)

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
        self.paused_at = self.paused_until = None
        return VendorClosed(vendor_id=self.id, version=self.version, reason=reason)

    def change(self, profile: Profile) -> VendorChanged:
        """Say something else of it.

        Raises:
            UnknownCountry: there is no such country.
        """
        self.require_open()
        if profile.country is not UNSET:
            refuse_unknown_country(profile.country)
        for name in profile.__struct_fields__:
            given = getattr(profile, name)
            if given is not UNSET:
                setattr(self, name, Decimal(given) if name == "tax_rate" else given)
        self.version += 1
        return VendorChanged(**self._described(), tax_rate=rate_text(self.tax_rate))

    def forget_contact(self) -> VendorChanged:
        """Nobody is reached under the address any more: who answered for the vendor is erased."""
        self.contact_email = ""
        self.version += 1
        return VendorChanged(**self._described(), tax_rate=rate_text(self.tax_rate))

    def pause(self, now: datetime, until: datetime | None) -> VendorPaused:
        """Sell nothing for a while; a second pause takes the place of the first.

        Args:
            now: the database's time.
            until: when it ends by itself; None: when the vendor says so.

        Raises:
            VendorNotSelling: it was never approved, or is closed.
            InvalidPause: it would have ended already, or lasts longer than a year.
        """
        if self.status not in {"approved", "suspended"}:
            raise VendorNotSelling(f"The vendor is {self.status}.")
        if until is not None and not now < until <= now + PAUSE_MAX:
            raise InvalidPause("Give a time in the future and within a year, or none.")
        self.paused_at, self.paused_until = self.paused_at or now, until
        self.version += 1
        return VendorPaused(vendor_id=self.id, version=self.version, paused_until=until)

    def resume(self) -> VendorResumed:
        if self.paused_at is None:
            raise VendorNotPaused("Nothing has to be resumed.")
        self.paused_at = self.paused_until = None
        self.version += 1
        return VendorResumed(vendor_id=self.id, version=self.version)

    def require_open(self) -> None:
        """Refuse what would change a vendor that is gone.

        Raises:
            VendorIsClosed: it is.
        """
        if self.status == "closed":
            raise VendorIsClosed("Nothing of it can be changed any more.")

    def _move(self, wanted: VendorStatus, reason: str | None) -> None:
        status = moved("vendor", MOVES, self.status, wanted)
        # Who was invited may have said nothing yet of where it is.
        if status in {"in_review", "approved"} and not self.country:
            raise ProfileIncomplete("Say by PATCH in which country it is.", missing=["country"])
        self.status = status
        self.status_reason = reason
        self.version += 1

    def _described(self) -> dict[str, Any]:
        return {
            "vendor_id": self.id,
            "version": self.version,
            "slug": self.slug,
            "name": self.name,
            "country": self.country,
            "description": self.description,
        }


class Vendors(Aggregates[Vendor]):
    model_type = Vendor

    async def find_locked(self, vendor_id: UUID) -> Vendor:
        """The vendor, whose members and answers nobody else changes until the command's end.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
        """
        return await self._locked(vendor_id, shared=False)

    async def find_open(self, vendor_id: UUID) -> Vendor:
        """The vendor, which nobody closes until the command's end; others may find it so too.

        Raises:
            NotThere: there is none, or it is not for the caller to see.
            VendorIsClosed: it is closed.
        """
        vendor = await self._locked(vendor_id, shared=True)
        vendor.require_open()
        return vendor

    async def _locked(self, vendor_id: UUID, *, shared: bool) -> Vendor:
        wanted = select(Vendor).where(Vendor.id == vendor_id)
        locking = wanted.with_for_update(read=shared, key_share=not shared)
        found: Vendor | None = await self.session.scalar(
            locking.execution_options(populate_existing=True)
        )
        if found is None:
            raise NotThere
        return found


CONSTRAINTS = {"vendor_slug_key": (VendorSlugTaken, "Choose another slug.")}
