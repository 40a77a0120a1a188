"""A vendor stops selling for good; its programs may call no more."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.api_key import revoke_all
from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.kernel.text import Reason
from plaza.writing.unit_of_work import UnitOfWork


class CloseVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    reason: Reason | None = None
    version: int | None = None
    """The version that the caller read; checked where given."""


async def close_vendor(command: CloseVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find_locked(command.vendor_id)
    vendor.expect_if_given(command.version)
    work.publish(vendor.close(command.reason))
    await revoke_all(vendor.id, work)
    return vendor
