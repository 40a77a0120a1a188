"""A row of stock does not add up: it is put right, and its history with it."""

from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.inventory.reservations import Reservations
from plaza.contexts.inventory.settling import settle
from plaza.contexts.inventory.stock import Levels, Stock
from plaza.contexts.inventory.stock_rows import StockRows
from plaza.kernel.refusals import Conflict, NotThere
from plaza.writing.unit_of_work import UnitOfWork

REASON = "repair"

OFFER = "SELECT offer_id FROM inventory.stock WHERE id = $1"
RECORDED = """
    SELECT coalesce(sum(on_hand_delta), 0)::bigint, coalesce(sum(reserved_delta), 0)::bigint,
        coalesce(sum(backordered_delta), 0)::bigint
    FROM inventory.movement WHERE stock_id = $1
"""
OWED = """
    SELECT coalesce(sum(quantity), 0)::bigint AS reserved,
        coalesce(sum(backordered), 0)::bigint AS backordered
    FROM inventory.reservation WHERE stock_id = $1 AND status IN ('held', 'committed')
"""


class NotCounted(Conflict):
    code = "not_counted"
    title = "More is reserved than is on hand"


class RepairStock(msgspec.Struct, frozen=True, kw_only=True):
    stock_id: UUID


async def repair_stock(command: RepairStock, work: UnitOfWork) -> bool:
    """Make reserved and backordered what the reservations are, and the history add up to that.

    What is on hand stays: only somebody who counts knows better. What turns out to be available
    is given to who waits for it.

    Returns:
        Whether anything was wrong.

    Raises:
        NotCounted: more is reserved than is on hand.
        NotThere: there is no such row.
    """
    connection = await work.connection()
    row, rows = await _locked(command.stock_id, connection)
    (sums,) = await connection.fetch(RECORDED, row.id)
    (held,) = await connection.fetch(OWED, row.id)
    recorded, owed = Levels(*sums), Levels(row.on_hand, *held)
    if row.levels == recorded == owed:
        return False
    if owed.reserved > owed.on_hand:
        raise NotCounted(
            f"{owed.reserved} of offer {row.offer_id} are reserved and {owed.on_hand} on hand: "
            "count them (setStock) and repair again.",
            reserved=owed.reserved,
            on_hand=owed.on_hand,
        )
    row.put_right(recorded, owed, REASON)
    await rows.write(work)
    await _give_to_who_waits(row.offer_id, work)
    return True


async def _locked(stock_id: UUID, connection: asyncpg.Connection) -> tuple[Stock, StockRows]:
    offer_id = await connection.fetchval(OFFER, stock_id)
    if offer_id is None:
        raise NotThere
    rows = StockRows(connection)
    # All of the offer, since who waits may be given some of any row.
    await rows.lock([offer_id], everything=True)
    return rows[stock_id], rows


async def _give_to_who_waits(offer_id: UUID, work: UnitOfWork) -> None:
    """Reserve for them what turns out to be available, in rows that are read anew."""
    connection = await work.connection()
    rows = StockRows(connection)
    await rows.lock([offer_id], everything=True)
    await settle(rows, Reservations(connection), work)
