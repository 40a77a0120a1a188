"""The reservations that a transaction reads and writes; their stock rows are locked before them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from plaza.contexts.inventory.reservation import Reservation

COLUMNS = """
    id, stock_id, offer_id, vendor_id, cart_id, order_id, vendor_order_id, line_id, quantity,
    backordered, status, expires_at, created_at
"""
HELD_IN_CART = "cart_id = $1 AND status = 'held'"
OPEN_OF_ORDER = """
    order_id = $1 AND status IN ('held', 'committed')
    AND ($2::uuid IS NULL OR vendor_order_id = $2) AND ($3::uuid[] IS NULL OR line_id = ANY ($3))
"""
OVERDUE = """
    id IN (SELECT id FROM inventory.reservation
        WHERE cart_id IS NOT NULL AND status = 'held' AND expires_at <= $1
        ORDER BY expires_at LIMIT $2)
"""
HELD = "cart_id IS NOT NULL AND status = 'held' AND id = ANY ($1::uuid[])"
OPEN_IN = "stock_id = ANY ($1::uuid[]) AND status IN ('held', 'committed')"
WAITING_IN = f"{OPEN_IN} AND backordered > 0"
ADD = """
    INSERT INTO inventory.reservation (id, stock_id, offer_id, vendor_id, cart_id, order_id,
        vendor_order_id, line_id, quantity, backordered, status, expires_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[],
        $7::uuid[], $8::uuid[], $9::bigint[], $10::bigint[], $11::text[], $12::timestamptz[])
"""
CHANGE = """
    UPDATE inventory.reservation r
    SET stock_id = d.stock_id, quantity = d.quantity, backordered = d.backordered, status = d.status
    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[])
        AS d (id, stock_id, quantity, backordered, status)
    WHERE r.id = d.id
"""


class Reservations:
    """Finds reservations, and locks them in the order of their ids where that is wanted."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._new: list[Reservation] = []
        self._changed: dict[UUID, Reservation] = {}

    async def held_in_cart(self, cart_id: UUID, *, lock: bool) -> list[Reservation]:
        return await self._where(HELD_IN_CART, cart_id, lock=lock)

    async def open_of_order(
        self,
        order_id: UUID,
        vendor_order_id: UUID | None,
        line_ids: Collection[UUID] | None,
        *,
        lock: bool,
    ) -> list[Reservation]:
        """What is held or committed of the order, of one part of it, or of some lines."""
        lines = None if line_ids is None else list(line_ids)
        return await self._where(OPEN_OF_ORDER, order_id, vendor_order_id, lines, lock=lock)

    async def overdue(self, now: datetime, limit: int) -> list[Reservation]:
        """What carts have held for too long; where the limit is less, the longest overdue of it."""
        return await self._where(OVERDUE, now, limit, lock=False)

    async def still_held(self, found: Collection[Reservation]) -> list[Reservation]:
        """Those of them that nobody else has let go of or taken over meanwhile, locked."""
        return await self._where(HELD, [reservation.id for reservation in found], lock=True)

    async def open_in(self, stock_ids: Collection[UUID]) -> list[Reservation]:
        """What is held or committed in stock rows, locked."""
        return await self._where(OPEN_IN, list(stock_ids), lock=True)

    async def waiting_in(self, stock_ids: Collection[UUID]) -> list[Reservation]:
        """What waits for units to come in, locked; the oldest first."""
        found = await self._where(WAITING_IN, list(stock_ids), lock=True)
        return sorted((each for each in found if each.is_open and each.backordered), key=_age)

    def add(self, reservation: Reservation) -> None:
        """Have a new one written."""
        self._new.append(reservation)

    def change(self, reservation: Reservation) -> None:
        """Have it written as it is at the end."""
        self._changed[reservation.id] = reservation

    async def write(self) -> None:
        """Write what is new and what has changed."""
        if self._changed:
            values = [
                (each.id, each.stock_id, each.quantity, each.backordered, each.status)
                for each in self._changed.values()
            ]
            await self._connection.execute(CHANGE, *map(list, zip(*values, strict=True)))
        if self._new:
            new = [_values(each) for each in self._new]
            await self._connection.execute(ADD, *map(list, zip(*new, strict=True)))

    async def _where(self, condition: str, *values: object, lock: bool) -> list[Reservation]:
        question = f"SELECT {COLUMNS} FROM inventory.reservation WHERE {condition} ORDER BY id"
        found = await self._connection.fetch(question + (" FOR UPDATE" if lock else ""), *values)
        # What is changed and not yet written is as it is here, not as it is stored.
        return [self._changed.get(row["id"]) or Reservation(**row) for row in found]


def _age(reservation: Reservation) -> tuple[datetime, UUID]:
    assert reservation.created_at is not None  # It was read.
    return reservation.created_at, reservation.id


def _values(new: Reservation) -> tuple[object, ...]:
    return (
        *(new.id, new.stock_id, new.offer_id, new.vendor_id),
        *(new.cart_id, new.order_id, new.vendor_order_id, new.line_id),
        *(new.quantity, new.backordered, new.status, new.expires_at),
    )
