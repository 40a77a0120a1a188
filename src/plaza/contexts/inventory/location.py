"""Where stock lies; every vendor has a default location."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.inventory.events import LocationCreated
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotThere
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

DEFAULT_LOCATION_NAME = "Default"


class Location(Row):
    __tablename__ = "location"
    __table_args__ = {"schema": "inventory"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]
    name: Mapped[str]
    is_default: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def create(self) -> LocationCreated:
        """The only fact of a location."""
        return LocationCreated(
            location_id=self.id,
            version=1,
            vendor_id=self.vendor_id,
            name=self.name,
            is_default=self.is_default,
            created_at=self.created_at,
        )


async def default_location(vendor_id: UUID, work: UnitOfWork) -> Location:
    """The vendor's default location, made when it is first needed."""
    find = select(Location).where(Location.vendor_id == vendor_id, Location.is_default)
    found = await work.session.scalar(find)
    if found is not None:
        return found
    new = insert(Location).values(
        id=new_id(),
        vendor_id=vendor_id,
        name=DEFAULT_LOCATION_NAME,
        is_default=True,
        created_at=work.now,
    )
    made: Location | None = await work.session.scalar(
        new.on_conflict_do_nothing().returning(Location)
    )
    if made is None:
        first: Location = (await work.session.execute(find)).scalar_one()
        return first
    work.publish(made.create())
    return made


async def location_of(vendor_id: UUID, location_id: UUID | None, work: UnitOfWork) -> Location:
    """The vendor's location of that id; its default one, if none is named.

    Raises:
        NotThere: there is no such location, or it is another vendor's.
    """
    if location_id is None:
        return await default_location(vendor_id, work)
    location = await work.session.get(Location, location_id)
    if location is None or location.vendor_id != vendor_id:
        raise NotThere
    return location
