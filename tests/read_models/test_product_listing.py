"""What the listing of products holds, for whom, and in which order."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from plaza.contexts.vendors.events import VendorApplied, VendorChanged
from plaza.kernel.event import Event
from plaza.read_models.product_listing.projection import PROJECTION
from plaza.read_models.product_listing.query import ProductsWanted, list_products
from plaza.reading.cursor import Cursors
from plaza.web.strict_json import InvalidInput
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, euros, on_sale, pounds
from read_models.conftest import Shown
from read_models.given import an_event

CURSORS = Cursors(b"a key of the tests")


async def listed(
    written: Shown, *events: Event, limit: int = 24, **wanted: Any
) -> list[dict[str, Any]]:
    """The items of all pages of the listing."""
    pool = await written(PROJECTION, *events)
    question = ProductsWanted(**{"currency": "GBP", **wanted})
    items, cursor = [], None
    while True:
        rendered = await list_products(pool, CURSORS, question, limit, cursor)
        page = msgspec.json.decode(rendered.body)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


async def vendors_listed(written: Shown, *events: Event, **wanted: Any) -> list[UUID]:
    return [UUID(item["vendor"]["id"]) for item in await listed(written, *events, **wanted)]


async def test_offers_of_vendors_that_are_not_listed_do_not_count(written: Shown) -> None:
    vendor, other, applicant = AVendor(), AVendor(), AVendor()
    product = AProduct(vendor)
    own, dearer, hidden = (AnOffer(product, who) for who in (vendor, other, applicant))
    story = (
        *(*vendor.approved(), *other.approved()),
        an_event(VendorApplied, vendor_id=applicant.id, slug="applicant"),
        *on_sale(product, own.created(pounds(100))),
        *(dearer.created(pounds(150)), hidden.created(pounds(99_999_999))),
        *(own.stocked(3), dearer.stocked(3), hidden.stocked(3)),
    )

    (card,) = await listed(written, *story)

    assert (card["offer_count"], card["price_max"]) == (2, {"amount_minor": 150, "currency": "GBP"})


async def test_the_next_best_vendor_shows_while_the_best_is_suspended(written: Shown) -> None:
    best, next_best = AVendor(), AVendor()
    product = AProduct(best)
    story = [*best.approved(), *next_best.approved(), best.suspended()]
    story += on_sale(
        product,
        AnOffer(product, best).created(pounds(100)),
        AnOffer(product, next_best).created(pounds(200)),
    )
    assert await vendors_listed(written, *story) == [next_best.id]


async def test_a_reinstated_vendor_is_listed_again(written: Shown) -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    story = [*vendor.approved(), vendor.suspended(), vendor.reinstated()]
    story += on_sale(product, AnOffer(product, vendor).created(pounds(100)))
    assert await vendors_listed(written, *story) == [vendor.id]


async def test_nothing_of_a_vendor_that_is_suspended_is_listed(written: Shown) -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    story = [*vendor.approved(), vendor.suspended()]
    story += on_sale(product, AnOffer(product, vendor).created(pounds(100)))
    assert await vendors_listed(written, *story) == []


async def test_a_vendors_list_holds_what_others_sell_cheaper_at_its_own_price(
    written: Shown,
) -> None:
    cheap, dear = AVendor(), AVendor()
    story = [*cheap.approved(), *dear.approved()]
    offered: dict[int, AnOffer] = {}
    for amount_minor in (300, 400, 500):
        product = AProduct(cheap)
        best, own = AnOffer(product, cheap), AnOffer(product, dear)
        offered[amount_minor] = own
        story += on_sale(product, best.created(pounds(100)), own.created(pounds(amount_minor)))
        story += [best.stocked(1), own.stocked(1)]

    async def amounts(**wanted: Any) -> list[int]:
        items = await listed(written, *story, limit=2, vendor=str(dear.id), **wanted)
        found = [item["price"]["amount_minor"] for item in items]
        assert {item["vendor"]["id"] for item in items} <= {str(dear.id)}
        assert [item["offer_id"] for item in items] == [str(offered[n].id) for n in found]
        return found

    assert sorted(await amounts()) == [300, 400, 500]
    assert await amounts(sort="price_asc") == [300, 400, 500]
    assert await amounts(sort="price_desc") == [500, 400, 300]
    assert await amounts(sort="price_asc", price_min=301) == [400, 500]
    assert await amounts(sort="price_asc", price_max=499, in_stock=True) == [300, 400]
    assert await amounts(in_stock=False) == []
    assert await vendors_listed(written, *story) == [cheap.id] * 3


async def test_the_list_of_a_vendor_that_is_suspended_is_empty(written: Shown) -> None:
    other, vendor = AVendor(), AVendor()
    product = AProduct(other)
    story = [*other.approved(), *vendor.approved(), vendor.suspended()]
    offers = (AnOffer(product, other), AnOffer(product, vendor))
    story += on_sale(product, *(offer.created(pounds(100)) for offer in offers))
    assert await vendors_listed(written, *story, vendor=str(vendor.id)) == []
    assert await vendors_listed(written, *story, vendor=str(other.id)) == [other.id]


async def test_a_vendor_is_found_under_every_slug_that_it_had(written: Shown) -> None:
    vendor, other = AVendor(), AVendor()
    story = [*vendor.approved(), *other.approved()]
    for number in (1, 2):
        said = {"vendor_id": vendor.id, "slug": f"renamed-{number}-{vendor.id}"}
        story.append(an_event(VendorChanged, **said))
    for seller in (vendor, other):
        product = AProduct(seller)
        story += on_sale(product, AnOffer(product, seller).created(pounds(100)))
    for name in ("vendor", "renamed-1", "renamed-2"):
        found = await vendors_listed(written, *story, vendor=f"{name}-{vendor.id}")
        assert found == [vendor.id]
    with pytest.raises(InvalidInput):
        await vendors_listed(written, *story, vendor=f"renamed-3-{vendor.id}")


async def test_products_are_listed_in_the_currency_asked_for(written: Shown) -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    story = [*vendor.approved()]
    story += on_sale(product, AnOffer(product, vendor).created(euros(120)))
    assert await listed(written, *story) == []
    (item,) = await listed(written, *story, currency="EUR")
    assert item["price"] == {"amount_minor": 120, "currency": "EUR"}


async def test_a_category_lists_what_lies_below_it(written: Shown) -> None:
    vendor, above = AVendor(), ACategory()
    below, beside = ACategory(parent_id=above.id), ACategory()
    story = [*vendor.approved(), above.created(), below.created(), beside.created()]
    for category in (below, beside):
        product = AProduct(vendor, category)
        story += on_sale(product, AnOffer(product, vendor).created(pounds(100)))
    (item,) = await listed(written, *story, category=f"category-{above.id}")
    assert item["category"]["id"] == str(below.id)


async def test_pages_show_each_product_once_in_order(written: Shown) -> None:
    vendor = AVendor()
    story = vendor.approved()
    for amount_minor in (300, 100, 200, 100, 500):
        product = AProduct(vendor)
        story += on_sale(product, AnOffer(product, vendor).created(pounds(amount_minor)))
    for sort, expected in (
        ("price_asc", [100, 100, 200, 300, 500]),
        ("price_desc", [500, 300, 200, 100, 100]),
    ):
        items = await listed(written, *story, limit=2, sort=sort)
        assert [item["price"]["amount_minor"] for item in items] == expected
        assert len({item["id"] for item in items}) == 5
    assert len({i["id"] for i in await listed(written, *story, limit=2, sort="newest")}) == 5
