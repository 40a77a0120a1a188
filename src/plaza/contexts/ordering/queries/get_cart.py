"""A cart as its owner sees it, straight from the tables that commands write."""

from uuid import UUID

import msgspec

from plaza.contexts.ordering.address import CartAddress
from plaza.contexts.ordering.cart_document import (
    CartDocument,
    ToldCart,
    document_of,
)
from plaza.contexts.ordering.cart_rules import CartRules
from plaza.contexts.ordering.pricing import priced_cart
from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.reading.pools import PrivateReads

GET = """
    SELECT c.currency, c.status, c.expires_at, a.email, a.name, a.line1, a.line2, a.city, a.region,
        a.postal_code, a.country, a.phone,
        (SELECT jsonb_agg(jsonb_build_object('id', l.id, 'offer_id', l.offer_id,
                'vendor_id', l.vendor_id, 'product_id', l.product_id,
                'variant_id', l.variant_id, 'quantity', l.quantity,
                'unit_price_minor', l.unit_price_minor))
            FROM ordering.cart_line l WHERE l.cart_id = c.id) AS lines
    FROM ordering.cart c LEFT JOIN ordering.address a ON a.cart_id = c.id
    WHERE c.id = $1 AND (c.status <> 'open' OR c.expires_at > now())
"""
NO_LINES = "[]"


class StoredLine(msgspec.Struct, frozen=True):
    """A line as it is stored."""

    id: UUID
    offer_id: UUID
    vendor_id: UUID
    product_id: UUID
    variant_id: UUID
    quantity: int
    unit_price_minor: int


async def get_cart(
    reads: PrivateReads, surface: Surface, cart_id: UUID, rules: CartRules
) -> CartDocument:
    """The whole cart, at the prices and with the stock of now.

    Raises:
        NotThere: there is none, it has expired, or it is not the surface's.
    """
    async with reads.within(surface) as connection:
        row = await connection.fetchrow(GET, cart_id)
        if row is None:
            raise NotThere
        lines = msgspec.json.decode(row["lines"] or NO_LINES, type=list[StoredLine])
        holder = None if rules.hold is None else cart_id
        offer_ids = [line.offer_id for line in lines]
        on_sale = await rules.goods(connection, offer_ids, holder) if lines else {}
    said = {name: row[name] for name in CartAddress.__struct_fields__}
    told = ToldCart(
        id=cart_id,
        status=row["status"],
        expires_at=row["expires_at"],
        address=None if said["name"] is None else CartAddress(**said),
    )
    return document_of(
        told, priced_cart(lines, on_sale, row["currency"], rules.delivery, rules.tax)
    )
