"""A vendor says something else of itself."""

from uuid import UUID

import msgspec

from plaza.contexts.vendors.slug import keep_former_slug
from plaza.contexts.vendors.vendor import Profile, Vendor, Vendors
from plaza.writing.unit_of_work import UnitOfWork


class ChangeVendor(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    version: int | None
    """The version that the caller read."""
    profile: Profile


async def change_vendor(command: ChangeVendor, work: UnitOfWork) -> Vendor:
    vendor = await Vendors.of(work).find(command.vendor_id)
    vendor.expect(command.version)
    former = vendor.slug
    work.publish(vendor.change(command.profile))
    await keep_former_slug(vendor, former, work)
    return vendor
