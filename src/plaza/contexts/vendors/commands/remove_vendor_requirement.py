"""An operator no longer asks for something, and forgets what was answered to it."""

import msgspec

from plaza.contexts.vendors.requirement import Requirement, find_requirement
from plaza.writing.unit_of_work import UnitOfWork


class RemoveVendorRequirement(msgspec.Struct, frozen=True, kw_only=True):
    key: str


async def remove_vendor_requirement(
    command: RemoveVendorRequirement, work: UnitOfWork
) -> Requirement:
    requirement = await find_requirement(command.key, work)
    await work.session.delete(requirement)
    work.publish(requirement.removed())
    return requirement
