"""A vendor sells nothing for a while."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.contexts.vendors.vendor import Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class PauseVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    until: datetime | None = None
    """When it ends by itself; None: when the vendor says so."""
    version: int | None = None
    """The version that the caller read; checked where given."""


async def pause_vendor(command: PauseVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find(command.vendor_id)
    vendor.expect_if_given(command.version)
    work.publish(vendor.pause(work.now, command.until))
    return vendor
