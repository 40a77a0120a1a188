"""What is for sale, asked of catalogue, vendors and inventory by one statement."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import asyncpg
import msgspec

from plaza.contexts.ordering.goods import OnSale
from plaza.reading.pools import Connection

# JSON is read as text, since the connections of reads and of commands decode it differently.
# A pause that is over does not count, whether its sweeper has come by or not.
ON_SALE = """
    SELECT o.id AS offer_id, o.vendor_id, o.product_id, o.variant_id, p.title,
        v.option_values::text AS options, o.sku, p.media -> 0 ->> 'url' AS image,
        (SELECT jsonb_object_agg(c.currency, c.amount_minor)::text
            FROM catalog.offer_price c WHERE c.offer_id = o.id) AS prices,
        s.name AS vendor_name, s.slug AS vendor_slug,
        CASE WHEN s.status <> 'approved' THEN 'gone'
            WHEN s.paused_at IS NOT NULL AND (s.paused_until IS NULL OR s.paused_until > now())
                THEN 'paused'
            ELSE 'selling' END AS vendor_standing,
        o.status = 'active' AND p.status = 'published' AS is_listed,
        coalesce((SELECT sum(i.on_hand - i.reserved)
                FROM inventory.stock i WHERE i.offer_id = o.id), 0)
            + coalesce((SELECT sum(r.quantity) FROM inventory.reservation r
                WHERE r.cart_id = $2 AND r.status = 'held' AND r.offer_id = o.id), 0) AS available,
        coalesce(k.allows_backorder, false) AS allows_backorder, s.tax_rate
    FROM catalog.offer o
    JOIN catalog.product p ON p.id = o.product_id
    JOIN catalog.variant v ON v.id = o.variant_id
    JOIN vendors.vendor s ON s.id = o.vendor_id
    LEFT JOIN inventory.stocking k ON k.offer_id = o.id
    WHERE o.id = ANY ($1)
"""
JSON_COLUMNS = ("options", "prices")
NO_JSON = "{}"
ZERO = Decimal(0)


async def goods_on_sale(
    connection: Connection, offer_ids: Sequence[UUID], cart_id: UUID | None = None
) -> Mapping[UUID, OnSale]:
    """The offers by their ids, see `Goods`; prices, standing and stock of this moment."""
    rows = await connection.fetch(ON_SALE, list(offer_ids), cart_id)
    return {row["offer_id"]: _on_sale(row) for row in rows}


def _on_sale(row: asyncpg.Record) -> OnSale:
    fields = dict(row)
    for name in JSON_COLUMNS:
        fields[name] = msgspec.json.decode(fields[name] or NO_JSON)
    fields["available"] = int(fields["available"])
    # As it is written: 0.2, not 0.200000.
    rate = fields["tax_rate"]
    fields["tax_rate"] = rate.normalize() if rate else ZERO
    return OnSale(**fields)
