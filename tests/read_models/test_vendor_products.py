from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from plaza.kernel.actor import Surface
from plaza.kernel.event import Event
from plaza.kernel.refusals import NotThere
from plaza.projecting.batch import BuildTables
from plaza.read_models.vendor_products.projection import PROJECTION
from plaza.read_models.vendor_products.query import get_vendor_product, list_vendor_products
from plaza.reading.cursor import Cursors, InvalidCursor
from plaza.reading.pools import PrivateReads, open_private_pool
from plaza.settings import Settings
from read_models.catalogue import AnOffer, AProduct, AVendor, on_sale, pounds
from read_models.given import given

CURSORS = Cursors(b"a key of the tests")


def seen_by(vendor: AVendor, *events: Event) -> list[dict[str, Any]]:
    """What the vendor sees of its products."""
    rows = given(*events).shows(PROJECTION)["vendor_products"]
    return [msgspec.json.decode(row.document) for row in rows if row.vendor_id == vendor.id]


def test_a_vendor_sees_its_drafts_and_what_it_unpublished() -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    story = [product.created()]
    assert [p["status"] for p in seen_by(vendor, *story)] == ["draft"]
    story += [product.published()]
    assert [p["status"] for p in seen_by(vendor, *story)] == ["published"]
    story += [product.unpublished()]
    assert [p["status"] for p in seen_by(vendor, *story)] == ["unpublished"]


def test_a_vendor_sees_its_own_offers_only() -> None:
    author, other, stranger = AVendor(), AVendor(), AVendor()
    product = AProduct(author)
    offers = {vendor.id: AnOffer(product, vendor) for vendor in (author, other)}
    story = on_sale(product, *(offer.created(pounds(100)) for offer in offers.values()))
    for vendor in (author, other):
        (own,) = seen_by(vendor, *story)
        assert [offer["id"] for offer in own["offers"]] == [str(offers[vendor.id].id)]
        assert own["is_author"] == (vendor is author)
    assert seen_by(stranger, *story) == []


def test_a_vendor_sees_how_many_it_has() -> None:
    vendor = AVendor()
    product = AProduct(vendor, variants=[uuid4(), uuid4()])
    plenty, none = (AnOffer(product, vendor, variant) for variant in range(2))
    elsewhere = AnOffer(product, vendor, id=plenty.id)
    story = [product.created(), plenty.created(pounds(100)), none.created(pounds(100))]
    (own,) = seen_by(vendor, *story, plenty.stocked(5, reserved=2), elsewhere.stocked(3))
    counted = [(offer["on_hand"], offer["reserved"], offer["available"]) for offer in own["offers"]]
    assert counted == [(8, 2, 6), (0, 0, 0)]


def test_versions_are_those_that_if_match_wants() -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    offer = AnOffer(product, vendor)
    story = [product.created(), offer.created(pounds(100)), offer.stocked(1)]
    changed, withdrawn = product.changed(), offer.withdrawn()
    (own,) = seen_by(vendor, *story, changed, withdrawn, offer.stocked(2))
    assert own["version"] == changed.version
    assert [(o["status"], o["version"]) for o in own["offers"]] == [
        ("withdrawn", withdrawn.version)
    ]


def test_a_changed_sku_and_price_are_seen() -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    offer = AnOffer(product, vendor)
    story = [product.created(), offer.created(pounds(100), sku="A-1")]
    (own,) = seen_by(vendor, *story, offer.changed(pounds(90, 100), sku="A-2"))
    assert own["offers"][0]["sku"] == "A-2"
    assert own["offers"][0]["prices"] == [
        {
            "price": {"amount_minor": 90, "currency": "GBP"},
            "compare_at_price": {"amount_minor": 100, "currency": "GBP"},
        }
    ]


@pytest.fixture
async def reads(quiet_settings: Settings) -> Any:
    assert quiet_settings.database_url is not None
    opened = await open_private_pool(quiet_settings.database_url, 1)
    yield opened
    await opened.close()


async def keep(settings: Settings, *events: Event) -> None:
    """Write what follows from the events, for good."""
    opened = await asyncpg.connect(
        settings.database_url, server_settings={"role": "plaza_owner", "plaza.scope": "market"}
    )
    tables = await BuildTables.of(opened, PROJECTION, 1)
    await tables.write(opened, given(*events).told(PROJECTION))
    await opened.close()


async def test_a_vendor_lists_its_own_products_by_status_and_page(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor, other = AVendor(), AVendor()
    drafts = [AProduct(vendor) for _ in range(3)]
    foreign, published = AProduct(other), AProduct(vendor)
    story = [product.created() for product in (*drafts, foreign)]
    await keep(quiet_settings, *story, *on_sale(published))

    async def listed(status: str | None) -> set[str]:
        found, cursor = [], None
        while True:
            page = msgspec.json.decode(
                await list_vendor_products(reads, CURSORS, vendor.id, status, 2, cursor)
            )
            found += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                assert len(set(found)) == len(found)
                return set(found)

    assert await listed("draft") == {str(product.id) for product in drafts}
    assert await listed("published") == {str(published.id)}
    assert await listed(None) == {str(product.id) for product in (*drafts, published)}
    with pytest.raises(NotThere):
        await get_vendor_product(reads, vendor.id, foreign.id)


async def test_a_cursor_of_one_vendor_is_none_of_anothers(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor, other = AVendor(), AVendor()
    await keep(quiet_settings, *(AProduct(vendor).created() for _ in range(2)))
    page = await list_vendor_products(reads, CURSORS, vendor.id, None, 1, None)
    cursor = msgspec.json.decode(page)["next_cursor"]
    with pytest.raises(InvalidCursor):
        await list_vendor_products(reads, CURSORS, other.id, None, 1, cursor)


async def test_the_database_keeps_vendors_apart_without_the_predicate(
    quiet_settings: Settings, reads: PrivateReads
) -> None:
    vendor, other = AVendor(), AVendor()
    await keep(quiet_settings, AProduct(vendor).created(), AProduct(other).created())
    every = "SELECT DISTINCT vendor_id FROM read.vendor_products_v1"
    async with reads.within(Surface(vendor_id=vendor.id)) as connection:
        assert [row["vendor_id"] for row in await connection.fetch(every)] == [vendor.id]
    async with reads.within(Surface()) as connection:
        assert await connection.fetch(every) == []
