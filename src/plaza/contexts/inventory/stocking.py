"""How an offer is stocked: whether it can be backordered, when to warn, in how many buckets."""

from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from plaza.contexts.inventory.events import StockingChanged
from plaza.contexts.inventory.stock import Stock
from plaza.writing.aggregate import Aggregates, VersionedRow

FIRST_VERSION = 1


class Stocking(VersionedRow):
    """How one offer is stocked; an offer whose stocking was never changed has no row: version 1."""

    __tablename__ = "stocking"
    __table_args__ = {"schema": "inventory"}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[UUID] = mapped_column("offer_id", primary_key=True)
    vendor_id: Mapped[UUID]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    allows_backorder: Mapped[bool]
    low_at: Mapped[int | None] = mapped_column(BigInteger)
    buckets: Mapped[int] = mapped_column(SmallInteger)
    is_low: Mapped[bool]
    """Whether the last thing told of it was that little is left; for offers in several buckets."""

    def change(self) -> StockingChanged:
        """Count a change."""
        self.version += 1
        return StockingChanged(
            stocking_id=self.id,
            version=self.version,
            offer_id=self.id,
            variant_id=self.variant_id,
            product_id=self.product_id,
            vendor_id=self.vendor_id,
            allows_backorder=self.allows_backorder,
            low_at=self.low_at,
            buckets=self.buckets,
        )


class Stockings(Aggregates[Stocking]):
    model_type = Stocking

    async def of_row(self, row: Stock) -> Stocking:
        """How the offer of a locked row is stocked; the lock keeps others from changing it."""
        found = await self.session.get(Stocking, row.offer_id)
        if found is not None:
            return found
        plain = Stocking(
            id=row.offer_id,
            version=FIRST_VERSION,
            vendor_id=row.vendor_id,
            product_id=row.product_id,
            variant_id=row.variant_id,
            allows_backorder=False,
            low_at=None,
            buckets=1,
            is_low=False,
        )
        self.session.add(plain)
        return plain
