"""Stock that adds up, written by SQL as its owner, and ways to spoil it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from plaza.kernel.ids import new_id
from plaza.settings import Settings

STOCK = """
    INSERT INTO inventory.stock (id, offer_id, location_id, bucket, vendor_id, product_id,
        variant_id, on_hand, reserved, backordered, version)
    VALUES ($1, $2, $3, 0, $4, $5, $6, $7, 0, 0, 1)
"""
LOCATION = "INSERT INTO inventory.location VALUES ($1, $2, 'Default', true)"
MOVEMENT = """
    INSERT INTO inventory.movement (id, stock_id, vendor_id, kind, on_hand_delta, reserved_delta,
        backordered_delta, actor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'system:tests')
"""
HOLD = """
    UPDATE inventory.stock SET reserved = reserved + $2, backordered = backordered + $3
    WHERE id = $1
"""
RESERVATION = """
    INSERT INTO inventory.reservation (id, stock_id, offer_id, vendor_id, cart_id, order_id,
        line_id, quantity, backordered, status, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
        clock_timestamp() + make_interval(secs => $11))
"""
ORDER = """
    INSERT INTO ordering.order_group (id, number, cart_id, address_id, status, currency,
        subtotal_minor, delivery_minor, discount_minor, tax_minor, total_minor, version)
    VALUES ($1, $2, $3, $4, $5, 'GBP', 0, 0, 0, 0, 0, 1)
"""
TABLES = ("inventory.stock", "inventory.movement", "inventory.reservation")


@asynccontextmanager
async def as_owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_owner", "plaza.scope": "market"}
    )
    yield connection
    await connection.close()


@dataclass
class Shelf:
    """A stock row of an offer of a vendor of its own."""

    database: asyncpg.Connection
    id: UUID
    offer_id: UUID
    vendor_id: UUID

    @classmethod
    async def with_units(cls, database: asyncpg.Connection, on_hand: int) -> "Shelf":
        shelf = cls(database, new_id(), new_id(), new_id())
        location_id = new_id()
        await database.execute(LOCATION, location_id, shelf.vendor_id)
        ids = (shelf.id, shelf.offer_id, location_id, shelf.vendor_id, new_id(), new_id())
        await database.execute(STOCK, *ids, on_hand)
        await shelf.moves("receipt", on_hand, 0, 0)
        return shelf

    async def moves(self, kind: str, on_hand: int, reserved: int, backordered: int) -> None:
        deltas = (on_hand, reserved, backordered)
        await self.database.execute(MOVEMENT, new_id(), self.id, self.vendor_id, kind, *deltas)

    async def holds(
        self,
        quantity: int,
        *,
        order_id: UUID | None = None,
        cart_id: UUID | None = None,
        status: str = "held",
        expires_in_s: int | None = None,
        backordered: int = 0,
    ) -> UUID:
        """Reserve of it, as the commands do."""
        reservation_id = new_id()
        await self.database.execute(HOLD, self.id, quantity, backordered)
        await self.moves("reservation", 0, quantity, backordered)
        who = (cart_id, order_id, new_id())
        what = (quantity, backordered, status, expires_in_s)
        of = (self.id, self.offer_id, self.vendor_id)
        await self.database.execute(RESERVATION, reservation_id, *of, *who, *what)
        return reservation_id

    async def says(self, **levels: int) -> None:
        """Spoil the row."""
        for name, level in levels.items():
            await self.database.execute(
                f"UPDATE inventory.stock SET {name} = $2 WHERE id = $1", self.id, level
            )

    async def levels(self) -> tuple[int, int, int]:
        row = await self.database.fetchrow(
            "SELECT on_hand, reserved, backordered FROM inventory.stock WHERE id = $1", self.id
        )
        assert row is not None
        return tuple(row)


async def an_order(database: asyncpg.Connection, status: str) -> UUID:
    order_id = new_id()
    await database.execute(ORDER, order_id, str(order_id), new_id(), new_id(), status)
    return order_id


async def contents(database: asyncpg.Connection) -> dict[str, set[str]]:
    """Every row of the tables of stock."""
    return {
        table: {row["row"] for row in await database.fetch(f"SELECT t::text AS row FROM {table} t")}
        for table in TABLES
    }
