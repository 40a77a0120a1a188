"""A vendor has another place where goods lie."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.location import Location, default_location
from plaza.kernel.ids import new_id
from plaza.kernel.text import Name
from plaza.writing.unit_of_work import UnitOfWork


class CreateLocation(msgspec.Struct, frozen=True, kw_only=True):
    vendor_id: UUID
    name: Name


async def create_location(command: CreateLocation, work: UnitOfWork) -> Location:
    # Whoever names a second place has a first one.
    await default_location(command.vendor_id, work)
    location = Location(
        id=new_id(),
        vendor_id=command.vendor_id,
        name=command.name,
        is_default=False,
        created_at=work.now,
    )
    work.session.add(location)
    work.publish(location.create())
    return location
