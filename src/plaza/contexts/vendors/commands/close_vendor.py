"""A vendor stops selling for good."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.kernel.text import Reason
from plaza.writing.unit_of_work import UnitOfWork


class CloseVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    reason: Reason | None = None
    version: int | None = None
    """The version that the caller read; checked where given."""


async def close_vendor(command: CloseVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find(command.vendor_id)
    if command.version is not None:
        vendor.expect(command.version)
    work.publish(vendor.close(command.reason))
    return vendor
