"""An operator wants to know something of vendors before they may sell."""

import msgspec

from plaza.contexts.vendors.requirement import Requirement, RequirementKey
from plaza.kernel.ids import new_id
from plaza.kernel.text import Paragraphs, Title
from plaza.writing.unit_of_work import UnitOfWork


class CreateVendorRequirement(msgspec.Struct, frozen=True, kw_only=True):
    """From the first requirement on, who applies goes through onboarding."""

    key: RequirementKey
    label: Title
    description: Paragraphs = ""
    required: bool = True


async def create_vendor_requirement(
    command: CreateVendorRequirement, work: UnitOfWork
) -> Requirement:
    requirement = Requirement(
        id=new_id(),
        key=command.key,
        label=command.label,
        description=command.description,
        required=command.required,
    )
    work.session.add(requirement)
    work.publish(requirement.created())
    return requirement
