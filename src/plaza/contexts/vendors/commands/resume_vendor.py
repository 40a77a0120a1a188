"""A vendor sells again."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class ResumeVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    is_due: bool = False
    """Only if the pause has ended by the database's clock; else nothing happens."""
    version: int | None = None
    """The version that the caller read; checked where given."""


async def resume_vendor(command: ResumeVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find(command.vendor_id)
    vendor.expect_if_given(command.version)
    if command.is_due and (vendor.paused_until is None or work.now < vendor.paused_until):
        return vendor
    work.publish(vendor.resume())
    return vendor
