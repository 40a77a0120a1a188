"""What the catalogue is now, told as facts."""

from collections.abc import Iterator

import asyncpg
import msgspec

from plaza.contexts.catalog.events import (
    CategoryCreated,
    DescribedVariant,
    OfferCreated,
    OfferedPrice,
    OfferWithdrawn,
    Picture,
    ProductCreated,
    ProductEvent,
    ProductPublished,
    ProductUnpublished,
)
from plaza.kernel.event import Event
from plaza.outbox.snapshot import Snapshot, Source, told

CATEGORIES = """
    SELECT id AS category_id, version, parent_id, slug, name, rank FROM catalog.category
    ORDER BY id
"""
PRODUCTS = """
    SELECT p.id AS product_id, p.*, v.variants FROM catalog.product p
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(v ORDER BY v.rank), '[]') AS variants FROM catalog.variant v
        WHERE v.product_id = p.id) v
    ORDER BY p.id
"""
OFFERS = """
    SELECT o.id AS offer_id, o.*, p.prices FROM catalog.offer o
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(p ORDER BY p.currency COLLATE "C"), '[]') AS prices
        FROM catalog.offer_price p WHERE p.offer_id = o.id) p
    ORDER BY o.id
"""


def category(row: asyncpg.Record) -> Iterator[Event]:
    yield told(CategoryCreated, row)


def product(row: asyncpg.Record) -> Iterator[ProductEvent]:
    yield told(
        ProductCreated,
        row,
        attributes=msgspec.json.decode(row["attributes"]),
        options=msgspec.json.decode(row["options"]),
        media=msgspec.json.decode(row["media"], type=list[Picture]),
        variants=msgspec.json.decode(row["variants"], type=list[DescribedVariant]),
    )
    # What is off the listing was on it, since when it remembers.
    if row["published_at"] is not None:
        yield told(ProductPublished, row)
    if row["published_at"] is not None and row["status"] != "published":
        yield told(ProductUnpublished, row)


def offer(row: asyncpg.Record) -> Iterator[Event]:
    prices = msgspec.json.decode(row["prices"], type=list[OfferedPrice])
    yield told(OfferCreated, row, prices=prices)
    if row["status"] == "withdrawn":
        yield told(OfferWithdrawn, row)


snapshot = Snapshot(
    Source(tells=(CategoryCreated,), sql=CATEGORIES, events=category),
    Source(
        tells=(ProductCreated, ProductPublished, ProductUnpublished), sql=PRODUCTS, events=product
    ),
    Source(tells=(OfferCreated, OfferWithdrawn), sql=OFFERS, events=offer),
)
