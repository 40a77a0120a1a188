"""One row of stock: what of an offer lies at one location, or in one of its buckets there."""

from dataclasses import dataclass, field
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from plaza.contexts.inventory.events import MovementKind
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import Conflict

QUANTITY_MAX = 1_000_000_000

Quantity = Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
Delta = Annotated[int, Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class BelowReserved(Conflict):
    code = "below_reserved"
    title = "Less than what is reserved for orders"


class Levels(NamedTuple):
    on_hand: int
    reserved: int
    backordered: int

    def minus(self, other: "Levels") -> "Levels":
        return Levels(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a row; the deltas of all of them add up to the row's levels."""

    id: UUID
    version: int
    """Of the row, after it."""
    kind: MovementKind
    deltas: Levels
    left: Levels
    reason: str | None
    order_id: UUID | None


@dataclass(slots=True, kw_only=True)
class Stock:
    """A row that this transaction has locked, or makes.

    Attributes:
        buckets: into how many rows the offer is spread at each location.
        low_at: at how many available units its vendor wants to be warned.
        is_alone: whether it was locked without the other rows of its offer.
        movements: what this transaction has recorded of it.
    """

    id: UUID
    offer_id: UUID
    location_id: UUID
    bucket: int
    vendor_id: UUID
    product_id: UUID
    variant_id: UUID
    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0
    version: int = 0
    buckets: int = 1
    is_default: bool = False
    allows_backorder: bool = False
    low_at: int = 0
    is_alone: bool = False
    movements: list[Movement] = field(default_factory=list)
    read: Levels = field(init=False)
    version_read: int = field(init=False)
    buckets_read: int = field(init=False)
    _noted: Levels = field(init=False)

    def __post_init__(self) -> None:
        self.read = self._noted = self.levels
        self.version_read, self.buckets_read = self.version, self.buckets

    @property
    def levels(self) -> Levels:
        return Levels(self.on_hand, self.reserved, self.backordered)

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def is_new(self) -> bool:
        return self.version_read == 0

    @property
    def is_changed(self) -> bool:
        return (self.version, self.buckets) != (self.version_read, self.buckets_read)

    def beside(self, location_id: UUID, bucket: int, *, is_default: bool) -> "Stock":
        """A new, empty row of the same offer."""
        return Stock(
            id=new_id(),
            offer_id=self.offer_id,
            location_id=location_id,
            bucket=bucket,
            vendor_id=self.vendor_id,
            product_id=self.product_id,
            variant_id=self.variant_id,
            buckets=self.buckets,
            is_default=is_default,
            allows_backorder=self.allows_backorder,
            low_at=self.low_at,
        )

    def note(
        self, kind: MovementKind, reason: str | None = None, order_id: UUID | None = None
    ) -> None:
        """Record what has changed since the last movement; a new row has at least one movement."""
        deltas = self.levels.minus(self._noted)
        if not any(deltas) and self.version > 0:
            return
        self._append(kind, deltas, reason, order_id)

    def put_right(self, recorded: Levels, owed: Levels, reason: str) -> None:
        """Have it reserve what is owed, and its history add up to that.

        Args:
            recorded: what the movements up to now add up to.
            owed: what is on hand, and what reservations of it add up to.
            reason: of the movement that makes up the difference, if only that it was put right.
        """
        self.reserved, self.backordered = owed.reserved, owed.backordered
        self._append("adjustment", owed.minus(recorded), reason, None)

    def _append(
        self, kind: MovementKind, deltas: Levels, reason: str | None, order_id: UUID | None
    ) -> None:
        self.version += 1
        self._noted = self.levels
        self.movements.append(
            Movement(
                id=new_id(),
                version=self.version,
                kind=kind,
                deltas=deltas,
                left=self.levels,
                reason=reason,
                order_id=order_id,
            )
        )
