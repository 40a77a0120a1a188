"""Letters about orders: to whom they go and what they say, asked of ordering when it is sent."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import msgspec
from babel.numbers import format_currency

from plaza.contexts.notifications.letter import Letter, LetterPart
from plaza.contexts.notifications.letters import Letters
from plaza.contexts.ordering.events import canceled_amount
from plaza.kernel.actor import MARKET
from plaza.kernel.money import decimals_of
from plaza.kernel.shopper_secrets import ShopperSecrets
from plaza.reading.pools import PrivateReads

ORDER_PLACED = "order_placed"
STATUS_TOLD = {ORDER_PLACED: "placed", "order_canceled": "canceled", "order_failed": "failed"}
VENDOR_ORDER_PLACED = "vendor_order_placed"
ORDER_KINDS = frozenset({*STATUS_TOLD, VENDOR_ORDER_PLACED})

# Who names another address than the account's is not greeted: names would be words that one
# stranger has us write to another. A cart that was bought after all makes its failures old news,
# and who was declined has read so at once: a mail for each try would let strangers be flooded.
ORDER = """
    SELECT o.number, o.currency, o.account_id, coalesce(a.email, p.email) AS recipient,
        CASE WHEN a.email IS NULL AND p.email_verified_at IS NOT NULL THEN nullif(p.name, '') END
            AS name
    FROM ordering.order_group o
    LEFT JOIN ordering.address a ON a.id = o.address_id
    LEFT JOIN identity.account p ON p.id = o.account_id AND p.erased_at IS NULL
    WHERE o.id = $1 AND o.status = $2 AND (o.status <> 'canceled' OR o.placed_at IS NOT NULL)
        AND (o.status <> 'failed'
        OR o.status_reason = 'payment_not_made' AND NOT EXISTS (
            SELECT FROM ordering.order_group later
            WHERE later.cart_id = o.cart_id AND later.status IN ('pending', 'placed')))
"""
VENDOR_ORDER = """
    SELECT v.name, v.contact_email, o.number, o.accept_by, o.order_id
    FROM ordering.vendor_order o JOIN vendors.vendor v ON v.id = o.vendor_id
    WHERE o.id = $1 AND o.status IN ('pending_acceptance', 'accepted') AND v.contact_email <> ''
"""
LINES = """
    SELECT p.id, p.number, p.currency, v.name AS vendor,
        p.total_minor - p.canceled_minor AS left_minor, l.title, l.options::text AS options,
        l.quantity, l.canceled_quantity, l.total_minor
    FROM ordering.vendor_order p JOIN vendors.vendor v ON v.id = p.vendor_id
    JOIN ordering.order_line l ON l.vendor_order_id = p.id
    WHERE p.order_id = $1 AND ($2::uuid IS NULL OR p.id = $2)
        AND p.status NOT IN ('declined', 'expired', 'canceled', 'failed')
        AND l.canceled_quantity < l.quantity
    ORDER BY p.id, l.rank
"""


class StoredOrderLetters:
    """Letters about orders as they stand when they are written."""

    def __init__(self, reads: PrivateReads, secrets: ShopperSecrets, letters: Letters) -> None:
        self._reads = reads
        self._secrets = secrets
        self._letters = letters

    async def letter_of(self, kind: str, about_id: UUID) -> Letter | None:
        """The letter; None where nobody is to get it any more."""
        if kind == VENDOR_ORDER_PLACED:
            return await self._to_vendor(about_id)
        async with self._reads.within(MARKET) as connection:
            order = await connection.fetchrow(ORDER, about_id, STATUS_TOLD[kind])
            wants_lines = order is not None and kind == ORDER_PLACED
            lines = await connection.fetch(LINES, about_id, None) if wants_lines else []
        if order is None or order["recipient"] is None:
            return None
        if kind == ORDER_PLACED:
            return self._of_placed(about_id, order, lines)
        return self._letters.write(kind, order["recipient"], **self._words_of(about_id, order))

    def _of_placed(
        self, order_id: UUID, order: asyncpg.Record, lines: Sequence[asyncpg.Record]
    ) -> Letter | None:
        if not lines:
            # Its vendors have canceled all of it, of which another mail tells.
            return None
        total = sum(row["left_minor"] for row in {row["id"]: row for row in lines}.values())
        return self._letters.write(
            ORDER_PLACED,
            order["recipient"],
            parts=_parts(lines),
            total=_amount(total, order["currency"]),
            **self._words_of(order_id, order),
        )

    def _words_of(self, order_id: UUID, order: asyncpg.Record) -> dict[str, Any]:
        path = self._path(order_id, is_guests=order["account_id"] is None)
        return {"path": path, "number": order["number"], "name": order["name"]}

    async def _to_vendor(self, vendor_order_id: UUID) -> Letter | None:
        async with self._reads.within(MARKET) as connection:
            order = await connection.fetchrow(VENDOR_ORDER, vendor_order_id)
            if order is None:
                return None
            lines = await connection.fetch(LINES, order["order_id"], vendor_order_id)
        return self._letters.write(
            VENDOR_ORDER_PLACED,
            order["contact_email"],
            until=order["accept_by"],
            parts=_parts(lines),
            number=order["number"],
            vendor=order["name"],
        )

    def _path(self, order_id: UUID, *, is_guests: bool) -> str:
        path = f"/orders/{order_id}"
        return f"{path}?secret={quote(self._secrets.of_order(order_id))}" if is_guests else path


def _parts(rows: Sequence[asyncpg.Record]) -> list[LetterPart]:
    """What each vendor sells of the order."""
    parts = []
    for _, lines in groupby(rows, key=lambda row: row["id"]):
        first, *others = lines
        part = LetterPart(
            heading=f"{first['number']} {first['vendor']}",
            lines=[_line(row) for row in (first, *others)],
            total=_amount(first["left_minor"], first["currency"]),
        )
        parts.append(part)
    return parts


def _line(row: asyncpg.Record) -> str:
    quantity, canceled = row["quantity"], row["canceled_quantity"]
    left_minor = row["total_minor"] - canceled_amount(row["total_minor"], canceled, quantity)
    options = msgspec.json.decode(row["options"], type=dict[str, str])
    chosen = f" ({', '.join(options.values())})" if options else ""
    amount = _amount(left_minor, row["currency"])
    return f"{quantity - canceled} x {row['title']}{chosen}: {amount}"


def _amount(amount_minor: int, currency: str) -> str:
    decimals = decimals_of(currency)
    amount = Decimal(amount_minor).scaleb(-decimals)
    # Babel's own digits are those of cash: it would round the last ones away.
    written = f"\u00a4#,##0.{'0' * decimals}".rstrip(".")
    return str(format_currency(amount, currency, written, "en", currency_digits=False))
