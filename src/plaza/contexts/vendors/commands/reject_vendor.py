"""An operator turns an application down."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.kernel.text import Reason
from plaza.writing.unit_of_work import UnitOfWork


class RejectVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    reason: Reason | None = None
    version: int | None = None
    """The version that the caller read; checked where given."""


async def reject_vendor(command: RejectVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find(command.vendor_id)
    vendor.expect_if_given(command.version)
    work.publish(vendor.reject(command.reason))
    return vendor
