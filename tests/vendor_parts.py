"""The vendors' parts of an order as the tables hold them, and what must always hold of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from actors import Vendor
from plaza.contexts.ordering.events import canceled_amount
from shopping import Order

LINES = "SELECT * FROM ordering.order_line WHERE vendor_order_id = $1 ORDER BY rank"
RESERVED = """
    SELECT coalesce(sum(quantity), 0)::int FROM inventory.reservation
    WHERE line_id = $1 AND status IN ('held', 'committed')
"""
OVER = {"declined", "expired", "canceled", "failed"}


@dataclass
class Part:
    """A vendor's part of an order, and the vendor."""

    vendor: Vendor
    id: UUID
    lines: list[UUID]

    @property
    def path(self) -> str:
        return f"{self.vendor.path}/orders/{self.id}"

    async def is_accepted(self) -> httpx.Response:
        return await self.asked("accept")

    async def is_declined(self) -> httpx.Response:
        return await self.asked("decline", {"reason": "No more of it is made."})

    async def is_canceled(self, **body: Any) -> httpx.Response:
        return await self.asked("cancel", body)

    async def loses(self, quantities: Mapping[UUID, int]) -> httpx.Response:
        """So many units of these lines are canceled."""
        lines = [{"line_id": str(line), "quantity": n} for line, n in quantities.items()]
        return await self.is_canceled(lines=lines)

    async def asked(self, what: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.vendor.post(f"{self.path}/{what}", body, headers=headers)


async def part_of(database: asyncpg.Connection, order: Order, vendor: Vendor) -> Part:
    part_id = await database.fetchval(
        "SELECT id FROM ordering.vendor_order WHERE order_id = $1 AND vendor_id = $2",
        UUID(order.id),
        UUID(vendor.id),
    )
    lines = [row["id"] for row in await database.fetch(LINES, part_id)]
    return Part(vendor, part_id, lines)


async def stored_part(database: asyncpg.Connection, part: Part) -> dict[str, Any]:
    row = await database.fetchrow("SELECT * FROM ordering.vendor_order WHERE id = $1", part.id)
    assert row is not None
    return dict(row)


async def hold_together(database: asyncpg.Connection, order_id: UUID) -> None:
    """Lines, parts, shares and stock of an order tell the same."""
    order = await database.fetchrow("SELECT * FROM ordering.order_group WHERE id = $1", order_id)
    assert order is not None
    parts = await database.fetch(
        "SELECT * FROM ordering.vendor_order WHERE order_id = $1", order_id
    )
    for name in ("subtotal", "delivery", "discount", "tax", "total"):
        whole = sum(part[f"{name}_minor"] for part in parts)
        assert whole == order[f"{name}_minor"], name
    for part in parts:
        await _part_holds_together(database, part)


async def _part_holds_together(database: asyncpg.Connection, part: asyncpg.Record) -> None:
    lines = await database.fetch(LINES, part["id"])
    assert (
        sum(line["total_minor"] for line in lines) + part["delivery_minor"] == part["total_minor"]
    )
    canceled_minor = sum(
        canceled_amount(line["total_minor"], line["canceled_quantity"], line["quantity"])
        for line in lines
    )
    is_over = part["status"] in OVER
    assert part["canceled_minor"] == canceled_minor + (part["delivery_minor"] if is_over else 0)
    assert part["canceled_minor"] <= part["total_minor"]
    assert is_over == all(line["canceled_quantity"] == line["quantity"] for line in lines)
    if is_over:
        assert part["canceled_minor"] == part["total_minor"]
    for line in lines:
        reserved = await database.fetchval(RESERVED, line["id"])
        assert reserved == line["quantity"] - line["canceled_quantity"]
    await _share_follows(database, part)


async def _share_follows(database: asyncpg.Connection, part: asyncpg.Record) -> None:
    """What was canceled of what was paid is given back, or is on its way."""
    share = await database.fetchrow(
        "SELECT * FROM payments.share WHERE vendor_order_id = $1", part["id"]
    )
    assert share is not None
    given_back = share["returning_minor"] + share["voided_minor"] + share["refunded_minor"]
    assert given_back == (part["canceled_minor"] if share["authorized_minor"] else 0)
