"""An operator ends a suspension."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class ReinstateVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    version: int | None = None
    """The version that the caller read; checked where given."""


async def reinstate_vendor(command: ReinstateVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find(command.vendor_id)
    vendor.expect_if_given(command.version)
    work.publish(vendor.reinstate())
    return vendor
