"""Forgets who people are and where they live; what they bought stays, without them."""

from datetime import datetime
from uuid import UUID

import msgspec

from plaza.writing.unit_of_work import UnitOfWork

# This waits for whoever is changing or completing one of the carts; others find it gone afterwards.
LOCK_CARTS = "SELECT id FROM ordering.cart WHERE account_id = $1 ORDER BY id FOR UPDATE"
PENDING_ORDERS = """
    SELECT id, number FROM ordering.order_group
    WHERE account_id = $1 AND status = 'pending' ORDER BY id
"""
CARTS = "DELETE FROM ordering.cart WHERE account_id = $1 RETURNING id"
ADDRESSES = """
    DELETE FROM ordering.address
    WHERE order_id IS NULL AND (account_id = $1 OR cart_id = ANY ($2::uuid[]))
"""
BLANK = """
    UPDATE ordering.address SET email = NULL, name = NULL, line1 = NULL, line2 = NULL,
        city = NULL, region = NULL, postal_code = NULL, country = NULL, phone = NULL,
        erased_at = $2
"""
ORDERS_OF_ACCOUNT = f"""
    {BLANK} WHERE account_id = $1 AND order_id IS NOT NULL AND erased_at IS NULL
"""
ORDER = f"{BLANK} WHERE order_id = $1 AND erased_at IS NULL"
ERASED_AT = "SELECT erased_at FROM ordering.address WHERE order_id = $1"
CART_OF_ORDER = "DELETE FROM ordering.address WHERE cart_id = $1"


class PendingOrder(msgspec.Struct, frozen=True):
    order_id: UUID
    number: str


async def pending_orders(account_id: UUID, work: UnitOfWork) -> list[PendingOrder]:
    """The orders whose payment has no outcome yet; no others begin before the command's end."""
    connection = await work.connection()
    await connection.fetch(LOCK_CARTS, account_id)
    rows = await connection.fetch(PENDING_ORDERS, account_id)
    return [PendingOrder(row["id"], row["number"]) for row in rows]


async def erase_purchaser(account_id: UUID, work: UnitOfWork) -> None:
    """Forget the account's carts and addresses, and where its orders went."""
    connection = await work.connection()
    carts = [row["id"] for row in await connection.fetch(CARTS, account_id)]
    await connection.execute(ADDRESSES, account_id, carts)
    await connection.execute(ORDERS_OF_ACCOUNT, account_id, work.now)


async def erase_recipient(order_id: UUID, cart_id: UUID, work: UnitOfWork) -> datetime | None:
    """Forget where an order went, also in the cart that it was made of.

    Returns:
        When that was first done; None where the order never said where it goes.
    """
    connection = await work.connection()
    await connection.execute(ORDER, order_id, work.now)
    await connection.execute(CART_OF_ORDER, cart_id)
    erased_at: datetime | None = await connection.fetchval(ERASED_AT, order_id)
    return erased_at
