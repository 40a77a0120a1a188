"""What ordering holds about a person, for the export of it."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.identity.purchases import (
    HeldAddress,
    HeldCart,
    HeldCartLine,
    HeldOrder,
    HeldPurchases,
)
from plaza.kernel.money import Money
from plaza.reading.pools import Connection

ADDRESS = "a.name, a.line1, a.line2, a.city, a.region, a.postal_code, a.country, a.phone"
BOOK = f"""
    SELECT {ADDRESS} FROM ordering.address a
    WHERE a.account_id = $1 AND a.cart_id IS NULL AND a.order_id IS NULL ORDER BY a.id
"""
CARTS = f"""
    SELECT c.id, c.status, c.created_at, c.expires_at, a.email, {ADDRESS},
        (SELECT coalesce(jsonb_agg(jsonb_build_object('offer_id', l.offer_id,
                'product_id', l.product_id, 'quantity', l.quantity) ORDER BY l.id), '[]')
            FROM ordering.cart_line l WHERE l.cart_id = c.id)::text AS lines
    FROM ordering.cart c LEFT JOIN ordering.address a ON a.cart_id = c.id
    WHERE c.account_id = $1 ORDER BY c.id
"""
ORDERS = f"""
    SELECT o.id, o.number, o.status, o.created_at, o.placed_at, o.total_minor, o.currency, a.email,
        {ADDRESS}
    FROM ordering.order_group o LEFT JOIN ordering.address a ON a.order_id = o.id
    WHERE o.account_id = $1 ORDER BY o.id
"""


async def purchases_of(connection: Connection, account_id: UUID) -> HeldPurchases:
    """The person's addresses, carts and orders."""
    book = await connection.fetch(BOOK, account_id)
    carts = await connection.fetch(CARTS, account_id)
    orders = await connection.fetch(ORDERS, account_id)
    return HeldPurchases(
        addresses=[HeldAddress(**row) for row in book],
        carts=[_cart(row) for row in carts],
        orders=[_order(row) for row in orders],
    )


def _cart(row: asyncpg.Record) -> HeldCart:
    told = _with_address(row)
    lines = msgspec.json.decode(told.pop("lines"), type=list[HeldCartLine])
    return HeldCart(**told, lines=lines)


def _order(row: asyncpg.Record) -> HeldOrder:
    told = _with_address(row)
    total = Money(told.pop("total_minor"), told.pop("currency"))
    return HeldOrder(**told, total=total)


def _with_address(row: asyncpg.Record) -> dict[str, Any]:
    told = dict(row)
    fields = {name: told.pop(name) for name in HeldAddress.__struct_fields__}
    told["address"] = None if fields["name"] is None else HeldAddress(**fields)
    return told
