from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from plaza.kernel.event import Event
from plaza.kernel.refusals import NotThere
from plaza.read_models.product_page.projection import PROJECTION
from plaza.read_models.product_page.query import get_product, name_in
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, euros, on_sale, pounds
from read_models.conftest import Shown
from read_models.given import given


async def page(written: Shown, product: AProduct, *events: Event) -> dict[str, Any]:
    pool = await written(PROJECTION, *events)
    rendered = await get_product(pool, f"product-{product.id}")
    if rendered.status == NotThere.status:
        raise NotThere
    shown: dict[str, Any] = msgspec.json.decode(rendered.body)
    return shown


async def vendors_on_page(written: Shown, product: AProduct, *events: Event) -> list[UUID]:
    shown = await page(written, product, *events)
    return [UUID(offer["vendor"]["id"]) for offer in shown["offers"]]


async def test_the_page_shows_variants_category_and_all_prices(written: Shown) -> None:
    vendor, category = AVendor(), ACategory()
    product = AProduct(vendor, category, variants=[uuid4(), uuid4()])
    offers = [AnOffer(product, vendor, variant) for variant in range(2)]
    prices = [offer.created(pounds(100, 150), euros(120)) for offer in offers]
    story = [*vendor.approved(), category.created(name="Chairs"), *on_sale(product, *prices)]

    shown = await page(written, product, *story, offers[0].stocked(1))

    assert [variant["id"] for variant in shown["variants"]] == [str(v) for v in product.variants]
    assert shown["category"]["name"] == "Chairs"
    assert [offer["in_stock"] for offer in shown["offers"]] == [True, False]
    assert shown["offers"][0]["prices"] == [
        {
            "price": {"amount_minor": 100, "currency": "GBP"},
            "compare_at_price": {"amount_minor": 150, "currency": "GBP"},
        },
        {"price": {"amount_minor": 120, "currency": "EUR"}, "compare_at_price": None},
    ]


async def test_how_many_an_offer_has_is_not_on_the_page(written: Shown) -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    offer = AnOffer(product, vendor)
    story = [*vendor.approved(), *on_sale(product, offer.created(pounds(100)), offer.stocked(4711))]
    shown = await page(written, product, *story)
    assert "4711" not in msgspec.json.encode(shown["offers"]).decode()


async def test_a_page_is_found_by_its_id_too(written: Shown) -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    pool = await written(PROJECTION, *vendor.approved(), *on_sale(product))
    assert msgspec.json.decode((await get_product(pool, str(product.id))).body)["offers"] == []


async def test_drafts_and_unpublished_products_have_no_page(written: Shown) -> None:
    vendor = AVendor()
    draft, gone = AProduct(vendor), AProduct(vendor)
    story = [*vendor.approved(), draft.created(), *on_sale(gone), gone.unpublished()]
    for product in (draft, gone):
        with pytest.raises(NotThere):
            await page(written, product, *story)


async def test_a_page_keeps_the_offers_of_others_while_its_author_is_suspended(
    written: Shown,
) -> None:
    author, other = AVendor(), AVendor()
    product = AProduct(author)
    offers = [AnOffer(product, vendor).created(pounds(100)) for vendor in (author, other)]
    story = [*author.approved(), *other.approved(), *on_sale(product, *offers)]
    assert await vendors_on_page(written, product, *story) == [author.id, other.id]
    assert await vendors_on_page(written, product, *story, author.suspended()) == [other.id]
    with pytest.raises(NotThere):
        await page(written, product, *story, author.suspended(), other.suspended())


def test_a_withdrawn_offer_is_not_on_the_page() -> None:
    product = AProduct(AVendor())
    offer = AnOffer(product, product.vendor)
    story = [*on_sale(product, offer.created(pounds(100))), offer.withdrawn()]
    (row,) = given(*story).shows(PROJECTION)["product_page"]
    assert row.offers == "[]"


def test_stock_that_speaks_before_its_offer_does_not_show_one_without_a_price() -> None:
    product = AProduct(AVendor())
    offer = AnOffer(product, product.vendor)
    (early,) = given(*on_sale(product, offer.stocked(1))).shows(PROJECTION)["product_page"]
    story = on_sale(product, offer.stocked(1), offer.created(pounds(100)))
    (shown,) = given(*story).shows(PROJECTION)["product_page"]
    assert early.offers == "[]"
    assert msgspec.json.decode(shown.offers)[0]["in_stock"]


def test_an_offer_is_in_stock_while_any_is_free_or_it_may_be_backordered() -> None:
    vendor = AVendor()
    product = AProduct(vendor)
    offer = AnOffer(product, vendor)

    def is_in_stock(*events: Event) -> bool:
        story = on_sale(product, offer.created(pounds(100)), *events)
        (row,) = given(*story).shows(PROJECTION)["product_page"]
        (shown,) = msgspec.json.decode(row.offers)
        assert isinstance(shown["in_stock"], bool)
        return bool(shown["in_stock"])

    free, sold = offer.stocked(3, reserved=2), offer.stocked(3, reserved=3)
    assert is_in_stock(free)
    assert not is_in_stock(free, sold)
    assert is_in_stock(free, sold, offer.kept(allows_backorder=True))
    assert not is_in_stock(sold, offer.kept(allows_backorder=True), offer.kept())


def test_a_changed_product_keeps_its_variants() -> None:
    product = AProduct(AVendor())
    story = [*on_sale(product), product.changed(title="Walnut desk", attributes={"Wood": "walnut"})]
    (row,) = given(*story).shows(PROJECTION)["product_page"]
    document = msgspec.json.decode(row.document)
    assert (document["title"], document["attributes"]) == ("Walnut desk", {"Wood": "walnut"})
    assert [variant["id"] for variant in document["variants"]] == [str(product.variants[0])]


def test_a_slug_of_32_hexadecimal_digits_is_no_id() -> None:
    product_id, slug = uuid4(), "9783161484100-2026-2027-471-c0ffee42"
    assert len(slug.replace("-", "")) == len(product_id.hex)
    assert name_in(slug) == slug
    assert {name_in(str(product_id)), name_in(product_id.hex)} == {product_id}
