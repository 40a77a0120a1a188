"""Which tags a batch touches: of what it changed, as it was and as it is, and of nothing else."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from plaza.contexts.catalog.events import CategoryChanged
from plaza.contexts.vendors.events import VendorApproved, VendorChanged
from plaza.kernel.event import Event
from plaza.projecting.batch import BuildTables
from plaza.projecting.projection import Projection
from plaza.read_models.category_tree import tags as of_tree
from plaza.read_models.category_tree.projection import PROJECTION as TREE
from plaza.read_models.product_listing import tags as of_listing
from plaza.read_models.product_listing.projection import PROJECTION as LISTING
from plaza.read_models.product_page import tags as of_page
from plaza.read_models.product_page.projection import PROJECTION as PAGE
from plaza.read_models.vendor_directory import tags as of_directory
from plaza.read_models.vendor_directory.projection import PROJECTION as DIRECTORY
from read_models.catalogue import ACategory, AnOffer, AProduct, AVendor, pounds
from read_models.given import an_event, given

Touched = Callable[..., Awaitable[set[str]]]


def tags_of_card(product: AProduct) -> set[str]:
    """What a change of a product's card touches."""
    assert product.category is not None
    return {
        of_listing.ANY,
        of_listing.product_tag(product.id),
        of_listing.category_tag(product.category.id),
        of_listing.vendor_tag(product.vendor.id),
    }


def tags_of_place(product: AProduct) -> set[str]:
    """What it touches, too, that a product comes, goes or moves."""
    assert product.category is not None
    return {
        of_listing.PLACES,
        of_listing.category_places_tag(product.category.id),
        of_listing.vendor_places_tag(product.vendor.id),
    }


@pytest.fixture
def touched(connection: asyncpg.Connection) -> Touched:
    """Writes a batch of events; the tags that it touches."""

    async def write(projection: Projection, *events: Event) -> set[str]:
        tables = await BuildTables.of(connection, projection, 1)
        return await tables.write(connection, given(*events).told(projection))

    return write


@pytest.fixture
def offer() -> AnOffer:
    vendor = AVendor()
    return AnOffer(AProduct(vendor, ACategory()), vendor)


@pytest_asyncio.fixture(loop_scope="session")
async def on_sale(offer: AnOffer, touched: Touched) -> AnOffer:
    """Published, offered, in stock, by an approved vendor."""
    product = offer.product
    assert product.category is not None
    story = [*offer.vendor.approved(), product.category.created(), product.created()]
    story += [product.published(), offer.created(pounds(100)), offer.stocked(5)]
    for projection in (PAGE, LISTING, DIRECTORY, TREE):
        await touched(projection, *story)
    return offer


async def test_a_product_that_appears_touches_what_did_not_find_it(
    offer: AnOffer, touched: Touched
) -> None:
    product = offer.product
    assert product.category is not None
    story = [product.created(), product.published(), offer.created(pounds(100))]
    found = of_page.product_tag(product.id), of_page.slug_tag(f"product-{product.id}")
    assert await touched(PAGE, *story) == {*found}
    assert await touched(LISTING, *story) == tags_of_card(product) | tags_of_place(product)


async def test_stock_that_goes_down_and_is_not_out_touches_nothing(
    on_sale: AnOffer, touched: Touched
) -> None:
    for projection in (PAGE, LISTING, TREE):
        assert await touched(projection, on_sale.stocked(4, 1)) == set()
    product = on_sale.product
    assert product.category is not None
    out = on_sale.stocked(4, 4)
    assert of_page.product_tag(product.id) in await touched(PAGE, out)
    assert of_listing.category_tag(product.category.id) in await touched(LISTING, out)
    assert await touched(TREE, out) == set()


async def test_a_price_that_changes_leaves_the_product_where_it_is(
    on_sale: AnOffer, touched: Touched
) -> None:
    assert await touched(LISTING, on_sale.changed(pounds(90))) == tags_of_card(on_sale.product)


async def test_a_fact_that_is_told_again_touches_nothing(
    on_sale: AnOffer, touched: Touched
) -> None:
    changed = on_sale.changed(pounds(90))
    assert await touched(LISTING, changed) != set()
    assert await touched(LISTING, changed) == set()


async def test_a_renamed_product_touches_both_names(on_sale: AnOffer, touched: Touched) -> None:
    product = on_sale.product
    assert await touched(PAGE, product.changed(slug=f"new-{product.id}")) == {
        of_page.product_tag(product.id),
        of_page.slug_tag(f"product-{product.id}"),
        of_page.slug_tag(f"new-{product.id}"),
    }


async def test_a_product_that_moves_touches_the_category_that_it_leaves(
    on_sale: AnOffer, touched: Touched
) -> None:
    product, there = on_sale.product, ACategory()
    assert product.category is not None
    tags = await touched(LISTING, product.changed(category_id=there.id))
    for tag_of in (of_listing.category_tag, of_listing.category_places_tag):
        assert {tag_of(product.category.id), tag_of(there.id)} <= tags
    assert of_listing.ALL not in tags


async def test_what_is_taken_off_sale_touches_what_it_was_part_of(
    on_sale: AnOffer, touched: Touched
) -> None:
    # fault 32
    product, gone = on_sale.product, on_sale.product.unpublished()
    assert product.category is not None
    assert await touched(PAGE, gone) == {
        of_page.product_tag(product.id),
        of_page.slug_tag(f"product-{product.id}"),
    }
    assert await touched(LISTING, gone) == tags_of_card(product) | tags_of_place(product)
    assert await touched(TREE, gone) == {of_tree.ANY}
    # What comes late finds nothing to change.
    for projection in (PAGE, LISTING, TREE):
        assert await touched(projection, on_sale.stocked(3)) == set()


async def test_an_offer_touches_the_vendors_whose_cards_its_place_decides_on(
    on_sale: AnOffer, touched: Touched
) -> None:
    """The third's card stays as it is; whether it is seen depends on who stands before it."""
    better, another, third = (AnOffer(on_sale.product, AVendor()) for _ in range(3))
    story = [better.created(pounds(1)), third.created(pounds(200))]
    await touched(LISTING, *story, better.stocked(1), third.stocked(1))
    swap = [better.withdrawn(), another.created(pounds(1)), another.stocked(1)]
    tags = await touched(LISTING, *swap)
    assert of_listing.vendor_tag(third.vendor.id) in tags
    assert of_listing.vendor_places_tag(third.vendor.id) in tags


async def test_an_offer_that_others_undersell_touches_the_lists_of_its_vendor(
    on_sale: AnOffer, touched: Touched
) -> None:
    dear = AnOffer(on_sale.product, AVendor())
    by_price = of_listing.vendor_tag(dear.vendor.id)
    by_time = of_listing.vendor_places_tag(dear.vendor.id)
    assert {by_price, by_time} <= await touched(LISTING, dear.created(pounds(200)))
    tags = await touched(LISTING, dear.changed(pounds(300)))
    assert {by_price, of_listing.product_tag(on_sale.product.id)} <= tags
    assert {by_price, by_time} <= await touched(LISTING, dear.withdrawn())


async def test_a_vendor_that_is_suspended_touches_itself_and_every_listing(
    on_sale: AnOffer, touched: Touched
) -> None:
    vendor, suspended = on_sale.vendor, on_sale.vendor.suspended()
    assert await touched(PAGE, suspended) == {of_page.vendor_tag(vendor.id)}
    assert await touched(LISTING, suspended) == {of_listing.ALL}
    assert await touched(TREE, suspended) == {of_tree.ANY}
    assert await touched(DIRECTORY, suspended) == {
        of_directory.ANY,
        of_directory.vendor_tag(vendor.id),
        of_directory.slug_tag(f"vendor-{vendor.id}"),
    }


async def test_what_a_vendor_says_of_itself_touches_no_product(
    on_sale: AnOffer, touched: Touched
) -> None:
    said = {"vendor_id": on_sale.vendor.id, "slug": f"vendor-{on_sale.vendor.id}"}
    await touched(PAGE, an_event(VendorChanged, **said, name="Oak", description="Old"))
    described = an_event(VendorChanged, **said, name="Oak", description="New")
    again = an_event(VendorApproved, vendor_id=on_sale.vendor.id)
    assert await touched(PAGE, described, again) == set()
    assert of_directory.ANY in await touched(DIRECTORY, described, again)


async def test_a_renamed_vendor_touches_both_names(on_sale: AnOffer, touched: Touched) -> None:
    vendor_id = on_sale.vendor.id
    renamed = an_event(VendorChanged, vendor_id=vendor_id, slug=f"new-{vendor_id}")
    names = {of_directory.slug_tag(f"{word}-{vendor_id}") for word in ("vendor", "new")}
    assert names <= await touched(DIRECTORY, renamed)


async def test_a_renamed_category_touches_its_pages_and_every_listing(
    on_sale: AnOffer, touched: Touched
) -> None:
    category = on_sale.product.category
    assert category is not None
    said = {"category_id": category.id, "slug": f"category-{category.id}", "rank": 1}
    renamed = an_event(CategoryChanged, **said, name="Another name")
    assert await touched(PAGE, renamed) == {of_page.category_tag(category.id)}
    assert await touched(LISTING, renamed) == {of_listing.ALL}
    assert await touched(TREE, renamed) == {of_tree.ANY}
