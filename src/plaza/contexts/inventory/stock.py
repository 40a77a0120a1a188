"""Stock: a row per offer, location and bucket, changed by one conditional UPDATE a movement."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta
from sqlalchemy import BigInteger, FetchedValue, ForeignKey, SmallInteger, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.inventory.events import MovementKind, StockMoved
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict, NotThere
from plaza.writing.aggregate import Row
from plaza.writing.unit_of_work import UnitOfWork

QUANTITY_MAX = 1_000_000_000
DEFAULT_LOCATION_NAME = "Default"

Quantity = Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
Delta = Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class BelowReserved(Conflict):
    code = "below_reserved"
    title = "Less than what is reserved for orders"


class Location(Row):
    """Where stock lies; every vendor has a default one."""

    __tablename__ = "location"
    __table_args__ = {"schema": "inventory"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    vendor_id: Mapped[UUID]
    name: Mapped[str]
    is_default: Mapped[bool]


class Stock(Row):
    __tablename__ = "stock"
    __table_args__ = {"schema": "inventory"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    offer_id: Mapped[UUID]
    location_id: Mapped[UUID] = mapped_column(ForeignKey("inventory.location.id"))
    bucket: Mapped[int] = mapped_column(SmallInteger)
    vendor_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    on_hand: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)


class Movement(Row):
    """History of a stock row: Σ on_hand_delta is its on_hand."""

    __tablename__ = "movement"
    __table_args__ = {"schema": "inventory"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column(primary_key=True)
    stock_id: Mapped[UUID] = mapped_column(ForeignKey("inventory.stock.id"))
    vendor_id: Mapped[UUID]
    kind: Mapped[str]
    on_hand_delta: Mapped[int] = mapped_column(BigInteger)
    reserved_delta: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None]
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


async def default_location(vendor_id: UUID, work: UnitOfWork) -> UUID:
    """The vendor's default location, made when it is first needed."""
    find = select(Location.id).where(Location.vendor_id == vendor_id, Location.is_default)
    found = await work.session.scalar(find)
    if found is not None:
        return found
    new = insert(Location).values(
        id=new_id(), vendor_id=vendor_id, name=DEFAULT_LOCATION_NAME, is_default=True
    )
    await work.session.execute(new.on_conflict_do_nothing())
    made: UUID = (await work.session.execute(find)).scalar_one()
    return made


class StockRows:
    """The stock rows that a unit of work may change."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def move_by(self, stock_id: UUID, delta: int, kind: MovementKind, reason: str) -> Stock:
        """Add to or take from what is on hand.

        Raises:
            BelowReserved: less would be left than is reserved.
        """
        change = (
            update(Stock)
            .where(Stock.id == stock_id, Stock.on_hand + delta >= Stock.reserved)
            .values(on_hand=Stock.on_hand + delta, version=Stock.version + 1)
        )
        return await self._move(change, stock_id, kind, delta, reason)

    async def of_offer(self, offer_id: UUID, vendor_id: UUID) -> Stock:
        """The row of an offer at the vendor's default location.

        Raises:
            NotThere: there is none, or it is not the vendor's.
        """
        row = await self._work.session.scalar(
            select(Stock)
            .join(Location, Location.id == Stock.location_id)
            .where(Stock.offer_id == offer_id, Stock.vendor_id == vendor_id, Location.is_default)
            .with_for_update(of=Stock)
        )
        if row is None:
            raise NotThere
        return row

    async def _move(
        self, change: Any, stock_id: UUID, kind: MovementKind, delta: int, reason: str
    ) -> Stock:
        changed = change.returning(Stock).execution_options(populate_existing=True)
        stock: Stock | None = await self._work.session.scalar(changed)
        if stock is None:
            row = await self._work.session.get_one(Stock, stock_id)
            raise BelowReserved(
                f"{row.reserved} are reserved for orders; at least as many must stay on hand.",
                reserved=row.reserved,
                on_hand=row.on_hand,
            )
        record_movement(stock, kind, delta, reason, self._work)
        return stock


def record_movement(
    stock: Stock, kind: MovementKind, on_hand_delta: int, reason: str | None, work: UnitOfWork
) -> None:
    """Write the movement and its fact for a row that has just been changed."""
    movement = Movement(
        id=new_id(),
        stock_id=stock.id,
        vendor_id=stock.vendor_id,
        kind=kind,
        on_hand_delta=on_hand_delta,
        reserved_delta=0,
        reason=reason,
        actor=str(work.actor),
    )
    work.session.add(movement)
    work.publish(
        StockMoved(
            stock_id=stock.id,
            version=stock.version,
            movement_id=movement.id,
            offer_id=stock.offer_id,
            variant_id=stock.variant_id,
            product_id=stock.product_id,
            vendor_id=stock.vendor_id,
            location_id=stock.location_id,
            kind=kind,
            on_hand_delta=on_hand_delta,
            reserved_delta=0,
            on_hand=stock.on_hand,
            reserved=stock.reserved,
        )
    )
