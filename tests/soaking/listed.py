"""A log of what a shop with many products says of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

import asyncpg
import msgspec

from plaza.contexts.catalog.events import (
    OfferChanged,
    OfferCreated,
    OfferedPrice,
    ProductChanged,
    ProductCreated,
    ProductPublished,
)
from plaza.contexts.inventory.events import StockMoved
from plaza.kernel.event import Event
from plaza.outbox.sequencer import Sequencer
from read_models.given import an_event

FACTS_A_PRODUCT = 10
PRODUCTS_AT_ONCE = 200
"""As many are talked about at the same time: what is said of one product lies apart."""
COPIED_AT_ONCE = 20_000

COLUMNS = (
    *("event_id", "type", "schema_version", "aggregate_type", "aggregate_id", "version"),
    *("ordinal", "vendor_id", "actor", "command", "correlation_id", "payload"),
)

TEMPLATES: dict[type[Event], Event] = {
    kind: an_event(kind)
    for kind in (
        *(ProductCreated, OfferCreated, ProductPublished),
        *(StockMoved, OfferChanged, ProductChanged),
    )
}


async def list_products(
    connection: asyncpg.Connection, facts: int, seed: int, facts_a_product: int = FACTS_A_PRODUCT
) -> int:
    """Append so many facts, and give each of them its position; how many there are."""
    story = _story(facts, Random(seed), facts_a_product)  # noqa: S311  no secret
    rows = []
    for event in story:
        rows.append(_row(event))
        if len(rows) == COPIED_AT_ONCE:
            await _append(connection, rows)
            rows = []
    await _append(connection, rows)
    sequencer = Sequencer(connection)
    await sequencer.start()
    while await sequencer.tick() is not None:
        pass
    return int(await connection.fetchval("SELECT count(*) FROM outbox.position"))


async def _append(connection: asyncpg.Connection, rows: list[tuple[object, ...]]) -> None:
    await connection.copy_records_to_table(
        "event", schema_name="outbox", columns=COLUMNS, records=rows
    )


def _row(event: Event) -> tuple[object, ...]:
    told = uuid4()
    payload = msgspec.json.encode(event).decode()
    place = (event.AGGREGATE, event.aggregate_id, event.version, 0)
    vendor_id = getattr(event, "vendor_id", None)
    return (told, event.type(), 1, *place, vendor_id, "system:soak", "Tell", told, payload)


def _story(facts: int, random: Random, facts_a_product: int) -> Iterator[Event]:
    vendors = [UUID(int=random.getrandbits(128)) for _ in range(50)]
    left = facts
    while left > 0:
        products = [_of_product(random, vendors) for _ in range(PRODUCTS_AT_ONCE)]
        for _ in range(facts_a_product):
            for product in products:
                if left > 0:
                    yield next(product)
                    left -= 1


def _of_product(random: Random, vendors: list[UUID]) -> Iterator[Event]:
    ids = {name: UUID(int=random.getrandbits(128)) for name in ("product_id", "offer_id")}
    ids |= {"vendor_id": random.choice(vendors), "stock_id": UUID(int=random.getrandbits(128))}
    yield _said(ProductCreated, ids, 1, slug=f"product-{ids['product_id']}")
    yield _said(OfferCreated, ids, 1, prices=_prices(random))
    at = datetime.fromtimestamp(random.randrange(10**9), UTC)
    yield _said(ProductPublished, ids, 2, published_at=at)
    for version in range(1, 5):
        yield _said(StockMoved, ids, version, on_hand=random.randrange(100), reserved=0)
    yield _said(OfferChanged, ids, 2, prices=_prices(random))
    yield _said(ProductChanged, ids, 3, slug=f"product-{ids['product_id']}-again")
    yield _said(OfferChanged, ids, 3, prices=_prices(random))


def _prices(random: Random) -> list[OfferedPrice]:
    return [OfferedPrice(currency, random.randrange(1, 10**5)) for currency in ("GBP", "EUR")]


def _said(kind: type[Event], ids: dict[str, UUID], version: int, **fields: object) -> Event:
    known = kind.__struct_fields__
    named = {name: value for name, value in ids.items() if name in known}
    return msgspec.structs.replace(TEMPLATES[kind], **named, version=version, **fields)
