"""What of one offer lies at one location, in however many buckets, as its vendor counts it."""

from uuid import UUID

import msgspec

from plaza.contexts.inventory.events import MovementKind
from plaza.contexts.inventory.location import Location, location_of
from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.settling import settle
from plaza.contexts.inventory.spreading import levelled, live
from plaza.contexts.inventory.stock import BelowReserved, Stock
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.kernel.refusals import NotThere
from plaza.writing.unit_of_work import UnitOfWork


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is."""

    offer_id: UUID
    location_id: UUID
    on_hand: int
    reserved: int
    backordered: int


class Shelf:
    """The locked rows of an offer, and which of them lie at the location."""

    def __init__(self, offer_id: UUID, location: Location, rows: StockRows) -> None:
        self._offer_id = offer_id
        self._location = location
        self._rows = rows

    @classmethod
    async def locked(
        cls, offer_id: UUID, vendor_id: UUID, location_id: UUID | None, work: UnitOfWork
    ) -> "Shelf":
        """The vendor's, with all rows of the offer locked, wherever they lie.

        Raises:
            NotThere: the offer or the location is not there, or not the vendor's.
        """
        rows = StockRows(await work.connection())
        await rows.lock([offer_id], everything=True, vendor_id=vendor_id)
        if not rows.of(offer_id):
            raise NotThere
        shelf = cls(offer_id, await location_of(vendor_id, location_id, work), rows)
        if not shelf.places():
            # Somebody may have brought the offer there while this waited.
            await rows.lock([offer_id], everything=True, vendor_id=vendor_id)
        return shelf

    def places(self) -> list[Stock]:
        """The rows at the location; none where the offer never lay there."""
        rows = self._rows.of(self._offer_id)
        return [row for row in rows if row.location_id == self._location.id]

    @property
    def level(self) -> Level:
        rows = self.places()
        return Level(
            offer_id=self._offer_id,
            location_id=self._location.id,
            on_hand=sum(row.on_hand for row in rows),
            reserved=sum(row.reserved for row in rows),
            backordered=sum(row.backordered for row in rows),
        )

    async def move_by(self, delta: int, kind: MovementKind, reason: str, work: UnitOfWork) -> Level:
        """Add to or take from what is on hand, spread over the buckets.

        Raises:
            BelowReserved: less would be left than is reserved.
        """
        level = self.level
        if level.on_hand + delta < level.reserved:
            raise BelowReserved(
                f"{level.reserved} are reserved for orders; at least as many must stay on hand.",
                reserved=level.reserved,
                on_hand=level.on_hand,
            )
        places = live(self.places()) or self._opened()
        levelled(places, level.on_hand - level.reserved + delta)
        for row in places:
            is_onwards = (row.on_hand > row.read.on_hand) == (delta > 0)
            row.note(kind if is_onwards else "adjustment", reason)
        await settle(self._rows, Reservations(await work.connection()), work)
        return self.level

    def _opened(self) -> list[Stock]:
        """New rows at a location where the offer never lay."""
        like = self._rows.of(self._offer_id)[0]
        is_default = self._location.is_default
        opened = [
            like.beside(self._location.id, bucket, is_default=is_default)
            for bucket in range(like.buckets)
        ]
        for row in opened:
            self._rows.add(row)
        return opened
