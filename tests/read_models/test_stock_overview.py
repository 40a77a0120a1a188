"""What vendors are told of their stock, of its movements and of where it lies."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import pytest

from plaza.kernel.actor import Surface
from plaza.kernel.event import Event
from plaza.kernel.ids import new_id
from plaza.kernel.refusals import NotThere
from plaza.projecting.building import parts_name
from plaza.read_models.stock_overview.projection import PROJECTION
from plaza.read_models.stock_overview.query import (
    StockWanted,
    list_locations,
    list_stock,
    list_stock_movements,
)
from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.pools import PrivateReads
from plaza.settings import Settings
from read_models.catalogue import ALocation, AnOffer, AProduct, AVendor, an_offer, pounds
from read_models.keeping import keep as keep_rows

CURSORS = Cursors(b"a key of the tests")
LOW_STOCK_AT = 5

Page = Callable[[str | None], Awaitable[bytes]]


async def keep(settings: Settings, *events: Event) -> None:
    await keep_rows(settings, PROJECTION, *events)


async def items_of(page: Page) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found, cursor = [], None
    while True:
        answer = msgspec.json.decode(await page(cursor))
        found += answer["items"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return found


async def stock_of(reads: PrivateReads, vendor: AVendor, **filters: Any) -> list[dict[str, Any]]:
    wanted = StockWanted(vendor_id=vendor.id, **({"low_stock_at": LOW_STOCK_AT} | filters))
    return await items_of(lambda cursor: list_stock(reads, CURSORS, wanted, 2, cursor))


async def movements_of(reads: PrivateReads, offer: AnOffer, vendor: AVendor) -> list[Any]:
    return await items_of(
        lambda cursor: list_stock_movements(reads, CURSORS, vendor.id, offer.id, 2, cursor)
    )


def ids_of(items: list[dict[str, Any]]) -> list[str]:
    return [item["offer_id"] for item in items]


async def test_stock_is_listed_with_what_it_is_of(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor = AVendor()
    offer, cellar = an_offer(vendor), ALocation(vendor, "Cellar")
    created, changed = offer.product.created(title="Oak chair"), offer.product.changed(title="Oak")
    stocked = offer.stocked(9, reserved=2, backordered=0, location_id=cellar.id)
    story = [created, offer.created(pounds(100), sku="OAK-1"), cellar.created(), stocked, changed]
    await keep(quiet_settings, *story)
    variant = str(offer.product.variants[0])
    assert await stock_of(reads, vendor) == [
        {
            "offer_id": str(offer.id),
            "product_id": str(offer.product.id),
            "variant_id": variant,
            "title": "Oak",
            "sku": "OAK-1",
            "options": {"Number": variant},
            "status": "active",
            "on_hand": 9,
            "reserved": 2,
            "backordered": 0,
            "available": 7,
            "low": False,
            "low_at": LOW_STOCK_AT,
            "is_low_at_own": False,
            "allows_backorder": False,
            "buckets": 1,
            "locations": [
                {
                    "location_id": str(cellar.id),
                    "name": "Cellar",
                    "on_hand": 9,
                    "reserved": 2,
                    "available": 7,
                }
            ],
        }
    ]


async def test_a_vendor_sees_the_title_of_anothers_product_that_it_offers(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    author, vendor = AVendor(), AVendor()
    product = AProduct(author)
    offer = AnOffer(product, vendor, id=new_id())
    story = [product.created(title="Oak chair"), offer.created(pounds(100)), offer.stocked(1)]
    await keep(quiet_settings, *story)
    (shown,) = await stock_of(reads, vendor)
    assert shown["title"] == "Oak chair"
    assert await stock_of(reads, author) == []


async def test_little_stock_is_judged_by_the_offers_own_limit_or_the_marketplaces(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor = AVendor()
    offers = [an_offer(vendor) for _ in range(4)]
    at_limit, above, own, gone = offers
    story = [offer.created(pounds(100)) for offer in offers]
    story += [at_limit.stocked(LOW_STOCK_AT + 2, reserved=2), above.stocked(LOW_STOCK_AT + 1)]
    story += [own.stocked(20), own.kept(low_at=20), gone.stocked(1), gone.withdrawn()]
    await keep(quiet_settings, *story)

    assert ids_of(await stock_of(reads, vendor, low=True)) == [str(own.id), str(at_limit.id)]
    shown = {item["offer_id"]: item for item in await stock_of(reads, vendor)}
    assert [shown[str(offer.id)]["low"] for offer in offers] == [True, False, True, False]
    assert (shown[str(own.id)]["low_at"], shown[str(own.id)]["is_low_at_own"]) == (20, True)
    # Another setting holds for what was said before it.
    assert str(above.id) in ids_of(await stock_of(reads, vendor, low=True, low_stock_at=6))


async def test_stock_is_found_by_title_sku_and_location(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor = AVendor()
    chair, table = an_offer(vendor), an_offer(vendor)
    near, far, empty = [ALocation(vendor, name) for name in ("Default", "Far", "Empty")]
    story = [chair.product.created(title="Oak chair 100%"), table.product.created(title="Table")]
    story += [chair.created(pounds(1), sku="A-1"), table.created(pounds(1), sku="b_2")]
    story += [near.created(), far.created(), empty.created()]
    story += [chair.stocked(1, location_id=near.id)]
    story += [table.stocked(1, location_id=near.id)]
    story += [table.stocked(1, location_id=far.id, stock_id=new_id())]
    await keep(quiet_settings, *story)

    both = [str(table.id), str(chair.id)]
    assert ids_of(await stock_of(reads, vendor)) == both
    assert ids_of(await stock_of(reads, vendor, q="oAk")) == [str(chair.id)]
    assert ids_of(await stock_of(reads, vendor, q="%")) == [str(chair.id)]
    assert ids_of(await stock_of(reads, vendor, q="B_")) == [str(table.id)]
    assert ids_of(await stock_of(reads, vendor, location=near.id)) == both
    assert ids_of(await stock_of(reads, vendor, location=far.id)) == [str(table.id)]
    assert await stock_of(reads, vendor, location=empty.id) == []
    for nobodys in (ALocation(AVendor()).id, new_id()):
        with pytest.raises(NotThere):
            await stock_of(reads, vendor, location=nobodys)


async def test_movements_are_listed_newest_first_page_by_page(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor = AVendor()
    offer, other = an_offer(vendor), an_offer(vendor)
    moved = [offer.stocked(n, movement_id=new_id(), reason=f"{n} counted") for n in range(5)]
    await keep(quiet_settings, *moved, other.stocked(7, movement_id=new_id()))
    shown = await movements_of(reads, offer, vendor)
    assert [item["on_hand"] for item in shown] == [4, 3, 2, 1, 0]
    assert [item["reason"] for item in shown] == [f"{n} counted" for n in (4, 3, 2, 1, 0)]
    assert len(await movements_of(reads, other, vendor)) == 1


async def test_an_offer_without_movements_has_none_and_a_strangers_is_not_there(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor, stranger = AVendor(), AVendor()
    offer, moved = an_offer(vendor), an_offer(vendor)
    await keep(quiet_settings, offer.created(pounds(100)), moved.stocked(1))
    assert await movements_of(reads, offer, vendor) == []
    for theirs in (offer, moved):
        with pytest.raises(NotThere):
            await movements_of(reads, theirs, stranger)


async def test_locations_are_listed_in_the_order_in_which_they_were_made(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor = AVendor()
    locations = [ALocation(vendor), ALocation(vendor, "Cellar"), ALocation(vendor, "Attic")]
    foreign = ALocation(AVendor())
    await keep(quiet_settings, *(where.created() for where in (*locations, foreign)))
    shown = await items_of(lambda cursor: list_locations(reads, CURSORS, vendor.id, 2, cursor))
    assert [(item["id"], item["name"]) for item in shown] == [
        (str(where.id), where.name) for where in locations
    ]
    assert [item["is_default"] for item in shown] == [True, False, False]


async def test_a_cursor_is_good_for_the_same_question_only(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor = AVendor()
    await keep(quiet_settings, *(an_offer(vendor).stocked(1) for _ in range(2)))
    wanted = StockWanted(vendor_id=vendor.id, low_stock_at=LOW_STOCK_AT)
    page = msgspec.json.decode(await list_stock(reads, CURSORS, wanted, 1, None))
    low = msgspec.structs.replace(wanted, low=True)
    with pytest.raises(InvalidCursor):
        await list_stock(reads, CURSORS, low, 1, page["next_cursor"])


async def test_nothing_is_remembered_of_movements(connection: asyncpg.Connection) -> None:
    exists = "SELECT to_regclass($1) IS NOT NULL"
    tables = {d.table: parts_name(PROJECTION, d.table, 1) for d in PROJECTION.documents}
    found = {table: await connection.fetchval(exists, parts) for table, parts in tables.items()}
    assert [table for table in found if not found[table]] == ["stock_overview_movement"]


# fault 66
async def test_the_database_keeps_vendors_apart_without_the_predicate(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor, other = AVendor(), AVendor()
    story: list[Event] = []
    for each in (vendor, other):
        offer = an_offer(each)
        story += [offer.product.created(), offer.created(pounds(100)), offer.stocked(1)]
        story += [ALocation(each).created()]
    await keep(quiet_settings, *story)
    for document in PROJECTION.documents:
        every = f"SELECT DISTINCT vendor_id FROM read.{document.table}_v1"
        async with reads.within(Surface(vendor_id=vendor.id)) as connection:
            assert [row["vendor_id"] for row in await connection.fetch(every)] == [vendor.id]
        async with reads.within(Surface()) as connection:
            assert await connection.fetch(every) == []
