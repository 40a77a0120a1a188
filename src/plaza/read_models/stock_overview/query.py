"""A vendor's stock: the newest offers first, the newest movements first."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from plaza.kernel.actor import Surface
from plaza.kernel.refusals import NotThere
from plaza.read_models.stock_overview.document import (
    Amount,
    ListedLocation,
    StockAtLocation,
    StockMovement,
    StockOfOffer,
)
from plaza.reading.cursor import Cursors
from plaza.reading.page import page_json
from plaza.reading.paging import Paging
from plaza.reading.pools import PrivateReads
from plaza.reading.staleness import stale_since, told_stale

DEFAULT_LOCATION_NAME = "Default"
"""Of the vendors' first locations, which were made before it was told."""

STALE_SINCE = stale_since(
    "stock_overview", stock_overview="s.offer_id", stock_overview_product="s.product_id"
)

# Whether little is left is judged here, so that another setting holds at once and for all.
LIST = f"""
    SELECT s.offer_id, s.product_id, s.variant_id, s.sku, s.active, s.on_hand, s.reserved,
        s.backordered, s.on_hand - s.reserved AS available, s.allows_backorder, s.buckets,
        s.active AND s.on_hand - s.reserved <= coalesce(s.low_at, $2::bigint) AS low,
        coalesce(s.low_at, $2::bigint) AS low_at, s.low_at IS NOT NULL AS is_low_at_own,
        s.locations::text AS locations, coalesce(p.title, '') AS title,
        coalesce(p.options -> s.variant_id::text, '{{}}')::text AS options,
        {STALE_SINCE}
    FROM read.stock_overview_v1 s
    LEFT JOIN read.stock_overview_product_v1 p
        ON p.product_id = s.product_id AND p.vendor_id = s.vendor_id
    WHERE s.vendor_id = $1 AND ($3::uuid IS NULL OR s.offer_id < $3)
        AND (NOT $4::boolean
            OR (s.active AND s.on_hand - s.reserved <= coalesce(s.low_at, $2::bigint)))
        AND ($5::text IS NULL OR position(lower($5) IN lower(p.title)) > 0
            OR position(lower($5) IN lower(s.sku)) > 0)
        AND ($6::uuid IS NULL
            OR s.locations @> jsonb_build_array(jsonb_build_object('location_id', $6::uuid)))
    ORDER BY s.offer_id DESC LIMIT $7
"""

NAMES = "SELECT location_id, name FROM read.stock_overview_location_v1 WHERE vendor_id = $1"

MOVEMENTS = """
    SELECT movement_id AS id, kind, location_id, on_hand_delta, reserved_delta, backordered_delta,
        on_hand, reserved, backordered, reason, order_id, moved_at
    FROM read.stock_overview_movement_v1
    WHERE vendor_id = $1 AND offer_id = $2 AND ($3::uuid IS NULL OR movement_id < $3)
    ORDER BY movement_id DESC LIMIT $4
"""

HAS_OFFER = """
    SELECT EXISTS (SELECT FROM read.stock_overview_v1 WHERE vendor_id = $1 AND offer_id = $2)
"""

LOCATIONS = """
    SELECT location_id AS id, name, is_default, created_at
    FROM read.stock_overview_location_v1
    WHERE vendor_id = $1 AND ($2::uuid IS NULL OR location_id > $2)
    ORDER BY location_id LIMIT $3
"""


class StockWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the overview.

    Attributes:
        low: only what is to be ordered soon.
        low_stock_at: the marketplace's setting, for offers without one of their own.
        q: a part of the title or of the SKU.
        location: only what has stock of its own there.
    """

    vendor_id: UUID
    low_stock_at: int
    low: bool = False
    q: str | None = None
    location: UUID | None = None

    def fingerprint(self) -> str:
        """What a cursor is good for: the same filters."""
        return f"listStock/{msgspec.json.encode(self).decode()}"


async def list_stock(
    reads: PrivateReads, cursors: Cursors, wanted: StockWanted, limit: int, cursor: str | None
) -> bytes:
    """A page of the vendor's offers with what there is of them, as JSON.

    Raises:
        InvalidCursor: not one of this list.
        NotThere: the location is none of the vendor's.
    """
    paging, question = Paging(cursors, limit, cursor), wanted.fingerprint()
    (behind,) = paging.behind(question, tuple[UUID])
    filters = (wanted.low_stock_at, behind, wanted.low, wanted.q, wanted.location)
    async with reads.within(Surface(vendor_id=wanted.vendor_id)) as connection:
        rows = await connection.fetch(LIST, wanted.vendor_id, *filters, paging.rows)
        names = {
            row["location_id"]: row["name"]
            for row in await connection.fetch(NAMES, wanted.vendor_id)
        }
    if wanted.location is not None and not rows and wanted.location not in names:
        raise NotThere
    shown, further = paging.cut(question, rows, lambda row: [row["offer_id"]])
    items = [told_stale(_encoded(_stock_of(row, names)), row["stale_since"]) for row in shown]
    return page_json(items, further)


async def list_stock_movements(
    reads: PrivateReads,
    cursors: Cursors,
    vendor_id: UUID,
    offer_id: UUID,
    limit: int,
    cursor: str | None,
) -> bytes:
    """A page of what has happened to the stock of an offer, as JSON.

    Raises:
        InvalidCursor: not one of this list.
        NotThere: the offer is none of the vendor's.
    """
    question = f"listStockMovements/{vendor_id}/{offer_id}"
    paging = Paging(cursors, limit, cursor)
    (behind,) = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        rows = await connection.fetch(MOVEMENTS, vendor_id, offer_id, behind, paging.rows)
        if not rows and not await connection.fetchval(HAS_OFFER, vendor_id, offer_id):
            raise NotThere
    shown, further = paging.cut(question, rows, lambda row: [row["id"]])
    return page_json([_encoded(StockMovement(**dict(row))) for row in shown], further)


async def list_locations(
    reads: PrivateReads, cursors: Cursors, vendor_id: UUID, limit: int, cursor: str | None
) -> bytes:
    """A page of the vendor's locations as JSON, in the order in which they were made.

    Raises:
        InvalidCursor: not one of this list.
    """
    question = f"listLocations/{vendor_id}"
    paging = Paging(cursors, limit, cursor)
    (behind,) = paging.behind(question, tuple[UUID])
    async with reads.within(Surface(vendor_id=vendor_id)) as connection:
        rows = await connection.fetch(LOCATIONS, vendor_id, behind, paging.rows)
    shown, further = paging.cut(question, rows, lambda row: [row["id"]])
    return page_json([_encoded(ListedLocation(**dict(row))) for row in shown], further)


def _stock_of(row: asyncpg.Record, names: dict[UUID, str]) -> StockOfOffer:
    told = dict(row)
    del told["stale_since"]
    active = told.pop("active")
    amounts = msgspec.json.decode(told.pop("locations"), type=list[Amount])
    options = msgspec.json.decode(told.pop("options"), type=dict[str, str])
    places = [
        StockAtLocation(
            location_id=amount.location_id,
            name=names.get(amount.location_id, DEFAULT_LOCATION_NAME),
            on_hand=amount.on_hand,
            reserved=amount.reserved,
            available=amount.on_hand - amount.reserved,
        )
        for amount in amounts
    ]
    return StockOfOffer(
        **told,
        options=options,
        status="active" if active else "withdrawn",
        locations=places,
    )


def _encoded(item: Any) -> str:
    return msgspec.json.encode(item).decode()
