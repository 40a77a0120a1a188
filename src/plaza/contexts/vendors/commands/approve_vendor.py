"""An operator lets a vendor sell."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.member import require_owner
from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class ApproveVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    version: int | None = None
    """The version that the caller read; checked where given."""


async def approve_vendor(command: ApproveVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find_locked(command.vendor_id)
    vendor.expect_if_given(command.version)
    approved = vendor.approve()
    await require_owner(vendor.id, work)
    work.publish(approved)
    return vendor
