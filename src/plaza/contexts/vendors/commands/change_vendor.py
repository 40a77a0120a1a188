"""A vendor says something else of itself."""

from uuid import UUID

import msgspec
from msgspec import UNSET

from plaza.contexts.vendors.invitation import checked_email
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
    work.publish(vendor.change(_checked(command.profile)))
    await keep_former_slug(vendor, former, work)
    return vendor


def _checked(profile: Profile) -> Profile:
    """The profile, where orders can be mailed to the address that it names.

    Raises:
        InvalidEmail: nobody could be reached under it.
    """
    if profile.contact_email is UNSET:
        return profile
    return msgspec.structs.replace(profile, contact_email=checked_email(profile.contact_email))
