"""Changing how an offer is stocked, with all of its rows locked."""

from uuid import UUID

from plaza.contexts.inventory.low_stock import low_fact
from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.settling import settle
from plaza.contexts.inventory.spreading import spread
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.contexts.inventory.stocking import Stocking, Stockings
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork

LOW_AT = "SELECT current_setting('plaza.low_stock_at')::bigint"


class Restocking:
    """One change of how an offer is stocked.

    Attributes:
        stocking: as it is, to be changed.
    """

    def __init__(self, rows: StockRows, stocking: Stocking, low_at: int) -> None:
        self.stocking = stocking
        self._rows = rows
        self._low_at = low_at
        self._was_low = stocking.is_low if stocking.buckets > 1 else self._is_low()
        self._buckets = stocking.buckets

    @classmethod
    async def of(
        cls, offer_id: UUID, work: UnitOfWork, vendor_id: UUID | None = None
    ) -> "Restocking":
        """Begin, with all rows of the offer locked.

        Raises:
            NotThere: there is no such offer, or it is another vendor's.
        """
        connection = await work.connection()
        rows = StockRows(connection)
        await rows.lock([offer_id], everything=True, vendor_id=vendor_id)
        # Somebody may have added rows at another location while this waited.
        await rows.lock([offer_id], everything=True, vendor_id=vendor_id)
        if not rows.of(offer_id):
            raise NotThere
        stocking = await Stockings.of(work).of_row(rows.of(offer_id)[0])
        return cls(rows, stocking, await connection.fetchval(LOW_AT))

    @property
    def available(self) -> int:
        return self._rows.available(self.stocking.id)

    async def finish(self, work: UnitOfWork) -> None:
        """Spread the stock if the number of buckets has changed, warn if that is due, and write."""
        reservations = Reservations(await work.connection())
        if self.stocking.buckets != self._buckets:
            await spread(self.stocking.id, self.stocking.buckets, self._rows, reservations)
        self.stocking.is_low = self._is_low()
        if self.stocking.is_low == self._was_low:
            await settle(self._rows, reservations, work)
            return
        row = self._rows.of(self.stocking.id)[0]
        row.version += 1
        await settle(self._rows, reservations, work)
        # The row publishes it, as its next version: after its movements.
        work.publish(low_fact(row, self.available, self._threshold))

    def _is_low(self) -> bool:
        return self.available <= self._threshold

    @property
    def _threshold(self) -> int:
        low_at = self.stocking.low_at
        return self._low_at if low_at is None else low_at
