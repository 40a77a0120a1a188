"""The rows of stock that a transaction may change: locked in one order, written in one statement.

A transaction waits for rows in one statement only, in the order of their ids, and before it holds
any others: so no two ever wait for each other. Rows of offers in several buckets may be taken on
top of that, without waiting.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

import asyncpg

from plaza.contexts.inventory.low_stock import low_stock_facts
from plaza.contexts.inventory.movements import moved_fact, write_movements
from plaza.contexts.inventory.stock import Stock
from plaza.writing.failures import RunAnew
from plaza.writing.unit_of_work import UnitOfWork

# At how many units to warn of an offer that has no stocking of its own, a setting of the connection
# says.
COLUMNS = """
    s.id, s.offer_id, s.location_id, s.bucket, s.vendor_id, s.product_id, s.variant_id, s.on_hand,
    s.reserved, s.backordered, s.version, s.buckets, l.is_default,
    coalesce(k.allows_backorder, false) AS allows_backorder,
    coalesce(k.low_at, current_setting('plaza.low_stock_at')::bigint) AS low_at
"""
BESIDE = """
    JOIN inventory.location l ON l.id = s.location_id
    LEFT JOIN inventory.stocking k ON k.offer_id = s.offer_id
"""
# Whether an offer is in buckets is read of the row itself: after a wait it is judged anew.
LOCK = f"""
    SELECT {COLUMNS} FROM inventory.stock s {BESIDE}
    WHERE s.offer_id = ANY ($1::uuid[]) AND ($5::uuid IS NULL OR s.vendor_id = $5)
        AND (s.buckets = 1 OR $4 OR s.id = ANY ($2::uuid[])
            OR (s.offer_id = ANY ($3::uuid[]) AND (k.allows_backorder OR s.backordered > 0)))
    ORDER BY s.id FOR UPDATE OF s
"""
PICK = f"""
    SELECT {COLUMNS} FROM unnest($1::uuid[], $2::bigint[]) AS wanted (offer_id, quantity)
    CROSS JOIN LATERAL (
        SELECT s.* FROM inventory.stock s JOIN inventory.location l ON l.id = s.location_id
        WHERE s.offer_id = wanted.offer_id AND s.on_hand - s.reserved >= wanted.quantity
            AND s.id <> ALL ($3::uuid[])
        ORDER BY l.is_default DESC, random() LIMIT 1 FOR UPDATE OF s SKIP LOCKED) s {BESIDE}
"""
AVAILABILITY = """
    SELECT s.offer_id, sum(s.on_hand - s.reserved)::bigint AS units,
        coalesce(bool_or(k.allows_backorder), false) AS allows_backorder
    FROM inventory.stock s LEFT JOIN inventory.stocking k ON k.offer_id = s.offer_id
    WHERE s.offer_id = ANY ($1::uuid[]) GROUP BY s.offer_id
"""
ADD = """
    INSERT INTO inventory.stock (id, offer_id, location_id, bucket, vendor_id, product_id,
        variant_id, on_hand, reserved, backordered, version, buckets)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::uuid[], $6::uuid[],
        $7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::smallint[])
"""
CHANGE = """
    UPDATE inventory.stock s
    SET on_hand = d.on_hand, reserved = d.reserved, backordered = d.backordered,
        version = d.version, buckets = d.buckets
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
        $7::smallint[])
        AS d (id, version_read, on_hand, reserved, backordered, version, buckets)
    WHERE s.id = d.id AND s.version = d.version_read
"""


class Availability(NamedTuple):
    """How much of an offer can be reserved, and whether more may be sold than there is."""

    units: int
    allows_backorder: bool


NOTHING_AVAILABLE = Availability(0, allows_backorder=False)


class StockRows:
    """The rows that are locked so far."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._rows: dict[UUID, Stock] = {}
        self._of_offer: defaultdict[UUID, list[Stock]] = defaultdict(list)

    def __iter__(self) -> Iterator[Stock]:
        return iter(self._rows.values())

    def __contains__(self, stock_id: UUID) -> bool:
        return stock_id in self._rows

    def __getitem__(self, stock_id: UUID) -> Stock:
        return self._rows[stock_id]

    def add(self, row: Stock) -> None:
        self._rows[row.id] = row
        self._of_offer[row.offer_id].append(row)

    def of(self, offer_id: UUID) -> list[Stock]:
        """The offer's rows as they are taken from: default location first, then fullest bucket."""
        return sorted(self._of_offer[offer_id], key=_turn)

    def available(self, offer_id: UUID) -> int:
        return sum(row.available for row in self._of_offer[offer_id])

    async def lock(
        self,
        offer_ids: Collection[UUID],
        *,
        row_ids: Collection[UUID] = (),
        giving: Collection[UUID] = (),
        everything: bool = False,
        vendor_id: UUID | None = None,
    ) -> None:
        """Wait for all rows of those offers that are in one bucket, and lock them.

        Args:
            offer_ids: whose rows.
            row_ids: rows to lock too, whichever bucket they are.
            giving: of these offers lock all rows if somebody may wait for what is given back.
            everything: lock all rows of all the offers.
            vendor_id: only rows of this vendor.
        """
        found = await self._connection.fetch(
            LOCK, list(offer_ids), list(row_ids), list(giving), everything, vendor_id
        )
        for row in found:
            if row["id"] not in self:
                self.add(Stock(**row))

    async def pick(self, wanted: Mapping[UUID, int]) -> None:
        """Lock one row of each offer in which enough is available, without waiting for any."""
        found = await self._connection.fetch(
            PICK, list(wanted), list(wanted.values()), list(self._rows)
        )
        for row in found:
            self.add(Stock(**row, is_alone=True))

    async def availability(self, offer_ids: Collection[UUID]) -> dict[UUID, Availability]:
        """How much of each offer there was at one moment, in all its rows; none is locked by it."""
        found = await self._connection.fetch(AVAILABILITY, list(offer_ids))
        known = {
            row["offer_id"]: Availability(row["units"], row["allows_backorder"]) for row in found
        }
        return {offer_id: known.get(offer_id, NOTHING_AVAILABLE) for offer_id in offer_ids}

    async def write(self, work: UnitOfWork) -> None:
        """Write what has changed, its movements and their facts.

        Raises:
            RunAnew: a row is not what it was when it was locked.
        """
        changed = [row for row in self if row.is_changed]
        await self._add([row for row in changed if row.is_new])
        await self._change([row for row in changed if not row.is_new])
        await write_movements(changed, self._connection, str(work.actor), work.now)
        work.publish(
            *(moved_fact(row, made, work.now) for row in changed for made in row.movements)
        )
        work.publish(*low_stock_facts(self))

    async def _add(self, rows: list[Stock]) -> None:
        if not rows:
            return
        values = [
            (
                *(row.id, row.offer_id, row.location_id, row.bucket),
                *(row.vendor_id, row.product_id, row.variant_id),
                *(*row.levels, row.version, row.buckets),
            )
            for row in rows
        ]
        await self._connection.execute(ADD, *map(list, zip(*values, strict=True)))

    async def _change(self, rows: list[Stock]) -> None:
        if not rows:
            return
        values = [(row.id, row.version_read, *row.levels, row.version, row.buckets) for row in rows]
        changed = await self._connection.execute(CHANGE, *map(list, zip(*values, strict=True)))
        if changed != f"UPDATE {len(rows)}":
            raise RunAnew("Stock was changed by somebody who had not locked it.")


def _turn(row: Stock) -> tuple[bool, int, UUID]:
    return not row.is_default, -row.available, row.id
